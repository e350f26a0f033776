using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// The way to one shard. While a record of it that was refused is not through, nothing later goes there; other lanes go on.
/// </summary>
internal sealed class Lane(Shard shard, TimeProvider time, LaneOptions options, Random jitter)
{
    private readonly Queue<KeyQueue> _ready = [];
    private readonly Queue<KeyQueue> _refused = [];
    private int _heldBy;
    private long _pausedAt;
    private TimeSpan _pause;

    public string ShardId => shard.Id;

    public Backoff Backoff { get; } = new(options.FirstPause, jitter, options.LongestPause);

    public LaneRate Rate { get; } = new(time);

    public bool Owns(UInt128 hash) => shard.StartHash <= hash && hash <= shard.EndHash;

    /// <summary>Keys that could go if the lane were neither paused nor short of rate.</summary>
    public int Waiting => _heldBy > 0 ? _refused.Count : _ready.Count;

    /// <summary>How long until one could go.</summary>
    public TimeSpan Wait
    {
        get
        {
            TimeSpan paused = _pause == TimeSpan.Zero ? TimeSpan.Zero : _pause - time.GetElapsedTime(_pausedAt);
            TimeSpan slowed = Rate.Wait();
            return paused > slowed ? paused : slowed;
        }
    }

    public void Enqueue(KeyQueue queue) => _ready.Enqueue(queue);

    public bool TryPeek(out KeyQueue? queue) => (_heldBy > 0 ? _refused : _ready).TryPeek(out queue);

    public void Take() => (_heldBy > 0 ? _refused : _ready).Dequeue().IsInFlight = true;

    public void Refused(KeyQueue queue)
    {
        if (!queue.WasRefused) _heldBy++;
        queue.WasRefused = true;
        _refused.Enqueue(queue);
    }

    public void Accepted(KeyQueue queue)
    {
        if (queue.WasRefused) _heldBy--;
        queue.WasRefused = false;
    }

    /// <summary>Leaves the shard alone for a while.</summary>
    public void Pause(TimeSpan pause) => (_pausedAt, _pause) = (time.GetTimestamp(), pause);

    public void Resume()
    {
        _pause = TimeSpan.Zero;
        Backoff.Reset();
    }
}
