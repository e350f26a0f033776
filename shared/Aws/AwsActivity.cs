namespace Streaming.Shared.Aws;

/// <summary>What became of the requests of a process to AWS services that speak JSON (Kinesis, Glue). For any thread.</summary>
public sealed class AwsActivity
{
    private long _throttled;
    private long _retried;

    /// <summary>Requests that were refused for their rate, each time.</summary>
    public long Throttled => Interlocked.Read(ref _throttled);

    /// <summary>Requests that were tried again, for whatever reason, each time.</summary>
    public long Retried => Interlocked.Read(ref _retried);

    internal void CountRetry(AwsReaction? reaction)
    {
        Interlocked.Increment(ref _retried);
        if (reaction == AwsReaction.Throttled) Interlocked.Increment(ref _throttled);
    }
}
