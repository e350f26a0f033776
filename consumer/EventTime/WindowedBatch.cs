using Streaming.Consumer.Decoding;

namespace Streaming.Consumer.EventTime;

/// <summary>What a batch came to; reused by the next one.</summary>
public sealed class WindowedBatch
{
    private static readonly DecodedBatch Nothing = new();

    public DecodedBatch Decoded { get; internal set; } = Nothing;

    /// <summary>The shard's books after the batch.</summary>
    public Books Books { get; internal set; }

    /// <summary>Highest event time of the shard, UTC microseconds; <see cref="long.MinValue"/> before the first tick.</summary>
    public long ShardMicros { get; internal set; } = long.MinValue;
}
