namespace Streaming.Shared.Streams.Local;

/// <summary>Limits of a local stream; the defaults are for use, other values for tests.</summary>
public sealed record LocalStreamOptions
{
    /// <summary>A segment file that would grow beyond this many bytes is followed by a new one. A single batch is never cut.</summary>
    public long SegmentBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How long a reader at the tip waits for records before it returns an empty batch.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a producer waits for other producers before it gives up.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many put batches one read passes at most; then it returns what it has, which may be nothing.</summary>
    public int MaxPutBatchesPerRead { get; init; } = 4_096;
}
