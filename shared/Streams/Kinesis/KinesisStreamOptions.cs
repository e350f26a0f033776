namespace Streaming.Shared.Streams.Kinesis;

/// <summary>How hard a shard is read, and how long a stream may take to come or go. The defaults are the service's limits.</summary>
public sealed record KinesisStreamOptions
{
    public static KinesisStreamOptions Default { get; } = new();

    /// <summary>Between two GetRecords while the reader is behind: the service allows 5 a second and shard.</summary>
    public TimeSpan BehindPollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two GetRecords at the tip: leaves four of the five calls a second to other readers of the shard.</summary>
    public TimeSpan TipPollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The service gives 2 MB a second and shard, and throttles for seconds after an answer that was larger.</summary>
    public double BytesPerSecond { get; init; } = 2_000_000;

    /// <summary>Between two looks at a stream that is being made or deleted.</summary>
    public TimeSpan StatusPollInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan StatusTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>One attempt of one request; null for the client's own limit.</summary>
    public TimeSpan? AttemptTimeout { get; init; }
}
