namespace Streaming.Consumer.Flushing;

/// <summary>When a shard flushes.</summary>
/// <param name="Interval">At least once in so long, if there is anything to write.</param>
/// <param name="IdleAfter">A shard that is read to its tip and stays empty for so long writes its open windows too.</param>
public sealed record FlushRules(TimeSpan Interval, TimeSpan IdleAfter)
{
    /// <summary>Bytes of late and bad records at which a flush begins before its time; at twice as many reading waits for it.</summary>
    public long MaxKeptBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Pause after a flush that failed although each of its steps was retried.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}
