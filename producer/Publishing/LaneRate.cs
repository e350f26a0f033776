namespace Streaming.Producer.Publishing;

/// <summary>
/// How many records a second a shard is given: unlimited until it throttles; then half of what it was, and a little more every
/// second without a throttle (AIMD), so that several producers come to share a shard evenly.
/// </summary>
internal sealed class LaneRate(TimeProvider time)
{
    /// <summary>What the service promises a shard.</summary>
    public const double ShardRecordsPerSecond = 1000;

    private const double LowestRate = 5;

    /// <summary>Records a second, gained every second.</summary>
    private const double Step = 100;

    /// <summary>At which the shard is evidently not throttled any more: no real one takes as much.</summary>
    private const double Unlimited = 5 * ShardRecordsPerSecond;

    /// <summary>Tokens that an idle lane gathers: a tenth of a second's.</summary>
    private const double BurstSeconds = 0.1;

    /// <summary>Records leave in bursts of so much time's worth, or a slow lane would make a request of every record.</summary>
    private const double ChunkSeconds = 0.02;

    private double _tokens;
    private long _filledAt;
    private long _loweredAt;

    /// <summary>Records a second; null while unlimited.</summary>
    public double? RecordsPerSecond { get; private set; }

    /// <summary>True, and one token less, if a record may leave now.</summary>
    public bool TryTake()
    {
        if (RecordsPerSecond is null) return true;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }

    /// <summary>How long until a burst may leave.</summary>
    public TimeSpan Wait()
    {
        Fill();
        if (RecordsPerSecond is not { } rate) return TimeSpan.Zero;
        double missing = Math.Max(1, rate * ChunkSeconds) - _tokens;
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(missing / rate);
    }

    /// <param name="sentAt">When the throttled request left. One that left before the last decrease says nothing about the new rate.</param>
    public void Throttled(long sentAt)
    {
        if (RecordsPerSecond is not null && sentAt < _loweredAt) return;
        Fill();
        RecordsPerSecond = Math.Max(LowestRate, (RecordsPerSecond ?? ShardRecordsPerSecond) / 2);
        _loweredAt = time.GetTimestamp();
        _tokens = Math.Min(_tokens, 1);
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        double seconds = time.GetElapsedTime(_filledAt, now).TotalSeconds;
        _filledAt = now;
        if (RecordsPerSecond is not { } rate) return;
        rate += Step * Math.Min(1, seconds);
        _tokens = Math.Min(Math.Max(1, rate * BurstSeconds), _tokens + (rate * seconds));
        RecordsPerSecond = rate > Unlimited ? null : rate;
    }
}
