using Streaming.Shared.Streams;

namespace Streaming.Consumer.EventTime;

/// <summary>The fold of a shard at one position, copied, so that reading goes on while it is written.</summary>
/// <param name="Position">Last record of the fold.</param>
/// <param name="ShardMicros">Highest event time of the shard.</param>
/// <param name="Tickers">All that have shown an event time.</param>
/// <param name="Windows">All kept windows, those of a ticker together and by start.</param>
/// <param name="Late">Late ticks not stored yet, up to the position.</param>
/// <param name="Quarantined">Bad records not stored yet, up to the position.</param>
public sealed record FlushSnapshot(
    SequenceNumber Position,
    Books Books,
    long ShardMicros,
    IReadOnlyList<TickerSnapshot> Tickers,
    List<WindowSnapshot> Windows,
    IReadOnlyList<KeptRecord> Late,
    IReadOnlyList<KeptRecord> Quarantined);

/// <summary>A ticker as it was at the snapshot's position.</summary>
/// <param name="WatermarkMicros">Its highest event time.</param>
/// <param name="Windows">The places of its windows among those of the snapshot.</param>
/// <param name="Runs">How far its producers' runs have come, in the order in which they advanced.</param>
public sealed record TickerSnapshot(string Name, long WatermarkMicros, Range Windows, IReadOnlyList<RunMark> Runs);

/// <summary>What a restart needs: the position and every window that may still change at that position, together.</summary>
/// <param name="StartAt">Arrival time at which to begin while there is no position, UTC microseconds; null for the oldest record.</param>
/// <param name="ReadToTipAt">When nothing followed the position yet, UTC microseconds; null if that is not known.</param>
public sealed record ShardFold(
    SequenceNumber Position,
    long? StartAt,
    long? ReadToTipAt,
    Books Books,
    long ShardMicros,
    IReadOnlyList<KeyValuePair<string, long>> Watermarks,
    IReadOnlyList<KeyValuePair<string, WindowValue>> Windows,
    IReadOnlyList<KeyValuePair<string, RunMark>> Runs);
