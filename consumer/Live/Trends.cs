namespace Streaming.Consumer.Live;

/// <summary>The figures of one second.</summary>
/// <param name="Rate">Records a second.</param>
/// <param name="BehindMillis">Of the shard that is furthest behind; null without a shard.</param>
/// <param name="CheckpointAge">In seconds, of the oldest; null before there is one.</param>
/// <param name="Late">Since the beginning of the shards that are this worker's.</param>
/// <param name="WindowsWritten">By this process.</param>
/// <param name="Stamp">Of the round that tells of it first.</param>
internal readonly record struct Second(
    double Rate, long? BehindMillis, double? CheckpointAge, long Late, long Quarantined, long WindowsWritten, long Stamp);

/// <summary>The last five minutes, second by second, and what each shard's rate is now. For any thread.</summary>
internal sealed class Trends(ConsumerService service, TimeProvider time)
{
    public const int MaxSeconds = 300;

    private readonly Lock _lock = new();
    private readonly Queue<Second> _seconds = new(MaxSeconds + 1);
    private Dictionary<string, long> _readBefore = [];
    private Dictionary<string, double> _rates = [];
    private long _lookedAt = time.GetTimestamp();
    private long _recordAt = time.GetTimestamp();

    /// <summary>Null in the first second.</summary>
    public Second? Newest
    {
        get
        {
            lock (_lock) return _seconds.Count > 0 ? _seconds.Last() : null;
        }
    }

    /// <summary>Since a shard last had a record, to the second.</summary>
    public TimeSpan SinceRecord
    {
        get
        {
            lock (_lock) return time.GetElapsedTime(_recordAt);
        }
    }

    public double RateOf(string shard)
    {
        lock (_lock) return _rates.GetValueOrDefault(shard);
    }

    /// <summary>The seconds that are told from round <paramref name="stamp"/> on, before <paramref name="end"/>.</summary>
    public Second[] Between(long stamp, long end)
    {
        lock (_lock) return [.. _seconds.Where(second => second.Stamp >= stamp && second.Stamp < end)];
    }

    /// <summary>To be called about once a second.</summary>
    public void Look(long stamp)
    {
        IReadOnlyList<ShardFigures> shards = service.Shards;
        lock (_lock)
        {
            double elapsed = Math.Max(0.001, time.GetElapsedTime(_lookedAt).TotalSeconds);
            _lookedAt = time.GetTimestamp();
            _rates = shards.ToDictionary(shard => shard.Shard, shard => (shard.BooksNow.Read - _readBefore.GetValueOrDefault(shard.Shard)) / elapsed);
            _readBefore = shards.ToDictionary(shard => shard.Shard, shard => shard.BooksNow.Read);
            if (_rates.Values.Any(rate => rate > 0)) _recordAt = _lookedAt;
            _seconds.Enqueue(Of(shards, _rates.Values.Sum(), stamp));
            if (_seconds.Count > MaxSeconds) _seconds.Dequeue();
        }
    }

    private Second Of(IReadOnlyList<ShardFigures> shards, double rate, long stamp)
    {
        ShardFigures[] owned = [.. shards.Where(shard => shard.IsOwned)];
        return new Second(
            rate,
            owned.Length == 0 ? null : owned.Max(shard => shard.MillisBehindLatest),
            owned.Max(shard => shard.Flushes.CheckpointedAt is { } at ? time.GetElapsedTime(at).TotalSeconds : (double?)null),
            owned.Sum(shard => shard.Books.Late),
            owned.Sum(shard => shard.Books.Quarantined),
            shards.Sum(shard => shard.Flushes.Windows),
            stamp);
    }
}
