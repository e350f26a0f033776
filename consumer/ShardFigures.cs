using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>How far a shard is and what became of its records.</summary>
public sealed record ShardFigures
{
    public required string Shard { get; init; }

    /// <summary>It is this worker's now; else the figures are those of the time when it was.</summary>
    public bool IsOwned { get; init; }

    /// <summary>When this worker took it last, as a timestamp of the clock.</summary>
    public long OwnedSince { get; init; }

    /// <summary>Last record read.</summary>
    public SequenceNumber Position { get; init; } = SequenceNumber.None;

    /// <summary>Since the shard's beginning, over all restarts.</summary>
    public Books Books { get; init; }

    /// <summary>What this process added to <see cref="Books"/>.</summary>
    public Books BooksNow { get; init; }

    /// <summary>Records that this process failed on, which are quarantined: bugs of it.</summary>
    public long FailureCount { get; init; }

    /// <summary>Opens, highs, lows and volumes that this process met and could not use; their ticks count without them.</summary>
    public long IgnoredValues { get; init; }

    /// <summary>Bytes of the records that this process read.</summary>
    public long BytesRead { get; init; }

    /// <summary>Windows in memory.</summary>
    public int WindowCount { get; init; }

    public long MillisBehindLatest { get; init; }

    /// <summary>Highest event time, UTC microseconds since 1970; <see cref="long.MinValue"/> before the first tick.</summary>
    public long ShardMicros { get; init; } = long.MinValue;

    /// <summary>When the stream last answered, with records or without, as a timestamp of the clock; null before the first time.</summary>
    public long? LastReadAt { get; init; }

    public FlushFigures Flushes { get; init; }

    public PutFigures Puts { get; init; }

    /// <summary>Objects that rows of the shard wait for.</summary>
    public IReadOnlyList<BlockedObject> Blocked { get; init; } = [];
}
