using Streaming.Shared.Streams;

namespace Streaming.Consumer.EventTime;

/// <summary>The fold of a shard at one position, copied, so that reading goes on while it is written.</summary>
/// <param name="Position">Last record of the fold.</param>
/// <param name="ShardMicros">Highest event time of the shard.</param>
/// <param name="Watermarks">Each ticker's highest event time.</param>
/// <param name="Windows">All kept windows.</param>
/// <param name="Late">Late ticks not stored yet, up to the position.</param>
/// <param name="Quarantined">Bad records not stored yet, up to the position.</param>
/// <param name="Runs">How far each ticker's producer runs have come, of a ticker in the order in which they advanced.</param>
public sealed record FlushSnapshot(
    SequenceNumber Position,
    Books Books,
    long ShardMicros,
    IReadOnlyList<KeyValuePair<string, long>> Watermarks,
    IReadOnlyList<WindowSnapshot> Windows,
    IReadOnlyList<KeptRecord> Late,
    IReadOnlyList<KeptRecord> Quarantined,
    IReadOnlyList<KeyValuePair<string, RunMark>> Runs);

/// <param name="Window">The live window, to confirm.</param>
/// <param name="Value">Its value at the snapshot's position.</param>
/// <param name="IsDirty">Not known to stand in its object.</param>
/// <param name="IsDue">To be written now.</param>
/// <param name="IsSealed">At the snapshot's position it takes no tick any more.</param>
public readonly record struct WindowSnapshot(Window Window, WindowValue Value, bool IsDirty, bool IsDue, bool IsSealed);

/// <summary>What a restart needs: the position and every window that may still change at that position, together.</summary>
public sealed record ShardFold(
    SequenceNumber Position,
    Books Books,
    long ShardMicros,
    IReadOnlyList<KeyValuePair<string, long>> Watermarks,
    IReadOnlyList<KeyValuePair<string, WindowValue>> Windows,
    IReadOnlyList<KeyValuePair<string, RunMark>> Runs);
