namespace Streaming.Producer.Publishing;

/// <summary>
/// How many records a second a shard is given: unlimited until it throttles; then what it took in the last second, and a little more
/// every second from there. All producers of a shard gain the same and lose in proportion (AIMD), so they come to share it evenly; and
/// a throttle that has nothing to do with the rate takes away no more than it refused.
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

    /// <summary>Between two decreases: what is taken has to be known for the new rate first.</summary>
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private double _tokens;
    private double _acceptedPerSecond;
    private long _acceptedAt;
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

    /// <summary>Tells what the shard took of a request, before <see cref="Throttled"/> tells that it did not take all.</summary>
    public void Accepted(int records)
    {
        long now = time.GetTimestamp();
        _acceptedPerSecond = (_acceptedPerSecond * Math.Exp(-time.GetElapsedTime(_acceptedAt, now).TotalSeconds)) + records;
        _acceptedAt = now;
    }

    /// <summary>Once a second at most: a request that left within a second of the last decrease says nothing about the rate since.</summary>
    /// <param name="sentAt">When the throttled request left.</param>
    public void Throttled(long sentAt)
    {
        if (RecordsPerSecond is not null && time.GetElapsedTime(_loweredAt, sentAt) < Second) return;
        Accepted(0);
        RecordsPerSecond = Math.Max(LowestRate, _acceptedPerSecond);
        _filledAt = _loweredAt = _acceptedAt;
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
