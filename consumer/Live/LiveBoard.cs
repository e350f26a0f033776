using Streaming.Consumer.EventTime;

namespace Streaming.Consumer.Live;

/// <summary>
/// Owns: what this worker can show of its shards, and the stamps by which a viewer finds what is new to it. Costs the shards next to
/// nothing while nobody watches. For any thread.
/// </summary>
public sealed class LiveBoard
{
    /// <summary>Between two looks at a shard's windows, and between two messages to a viewer.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly List<LiveShard> _shards = [];
    private readonly TimeProvider _time;
    private int _ids;
    private int _watchers;
    private long _stamp = 1;
    private long _leftAt;

    public LiveBoard(TimeProvider time) => (_time, Problems) = (time, new ProblemList(() => Stamp, time));

    public ProblemList Problems { get; }

    /// <summary>Somebody looks on.</summary>
    public bool IsWatched => Volatile.Read(ref _watchers) > 0;

    /// <summary>Grows with each round of messages. What is found changed carries it.</summary>
    public long Stamp => Volatile.Read(ref _stamp);

    /// <summary>To be called when a shard is taken, on its loop.</summary>
    public LiveShard Join(string shard, ShardWindows windows)
    {
        var live = new LiveShard(this, shard, windows, _time);
        lock (_lock) _shards.Add(live);
        return live;
    }

    internal void Leave(LiveShard shard)
    {
        lock (_lock)
        {
            _shards.Remove(shard);
            _leftAt = Stamp;
        }
    }

    internal int NextId() => Interlocked.Increment(ref _ids);

    internal void Watch() => Interlocked.Increment(ref _watchers);

    internal void Unwatch() => Interlocked.Decrement(ref _watchers);

    /// <summary>Begins the next round: what is found from now on is not in the one before, or in both.</summary>
    internal long Advance() => Interlocked.Increment(ref _stamp);

    /// <summary>Shards have left since: what was shown of them has to go.</summary>
    internal bool HasLostSince(long stamp)
    {
        lock (_lock) return _leftAt >= stamp;
    }

    /// <summary>The rows that changed at or after the stamp.</summary>
    internal List<KeyValuePair<LiveTicker, LiveBar>> ChangesSince(long stamp)
    {
        var changes = new List<KeyValuePair<LiveTicker, LiveBar>>();
        foreach (LiveShard shard in Shards()) shard.CopyChanges(stamp, changes);
        return changes;
    }

    /// <inheritdoc cref="LiveShard.BarsOf"/>
    internal LiveBar[] BarsOf(string ticker) => Shards().Select(shard => shard.BarsOf(ticker)).FirstOrDefault(bars => bars.Length > 0, []);

    private LiveShard[] Shards()
    {
        lock (_lock) return [.. _shards];
    }
}
