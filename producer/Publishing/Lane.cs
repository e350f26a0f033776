using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// The way to one shard. While a record of it that was refused is not through, nothing later goes there; other lanes go on.
/// </summary>
internal sealed class Lane(Shard shard, TimeProvider time, LaneOptions options, Random jitter)
{
    private readonly Queue<KeyQueue> _ready = [];
    private readonly Queue<KeyQueue> _refused = [];
    private readonly Backoff _backoff = new(options.FirstPause, jitter, options.LongestPause);
    private readonly LaneRate _rate = new(time);
    private int _heldBy;
    private long _pausedAt;
    private TimeSpan _pause;
    // What the answer that is being taken has said so far.
    private int _acceptedNow;
    private int _refusedNow;
    private bool _isThrottledNow;

    public string ShardId => shard.Id;

    /// <summary>It has refused everything, too often in a row.</summary>
    public bool IsHopeless => _backoff.IsHopeless;

    public bool Owns(UInt128 hash) => shard.StartHash <= hash && hash <= shard.EndHash;

    /// <summary>Keys that could go if the lane were neither paused nor short of rate.</summary>
    public int Waiting => _heldBy > 0 ? _refused.Count : _ready.Count;

    /// <summary>How long until one could go.</summary>
    public TimeSpan Wait
    {
        get
        {
            TimeSpan paused = _pause == TimeSpan.Zero ? TimeSpan.Zero : _pause - time.GetElapsedTime(_pausedAt);
            TimeSpan slowed = _rate.Wait();
            return paused > slowed ? paused : slowed;
        }
    }

    public void Enqueue(KeyQueue queue) => _ready.Enqueue(queue);

    /// <summary>Puts into the request what may go now and fits.</summary>
    public void Fill(LaneRequest request, RecordSlots slots)
    {
        Queue<KeyQueue> keys = _heldBy > 0 ? _refused : _ready;
        while (keys.TryPeek(out KeyQueue? queue) && request.Batch.Fits(queue.Key.Length + slots[queue.Head].Length) && _rate.TryTake())
        {
            keys.Dequeue().IsInFlight = true;
            request.Add(this, queue, slots[queue.Head]);
        }
    }

    public void Accepted(KeyQueue queue)
    {
        _acceptedNow++;
        if (queue.WasRefused) _heldBy--;
        queue.WasRefused = false;
    }

    public void Refused(KeyQueue queue, bool isThrottle)
    {
        _refusedNow++;
        _isThrottledNow |= isThrottle;
        if (!queue.WasRefused) _heldBy++;
        queue.WasRefused = true;
        _refused.Enqueue(queue);
    }

    /// <summary>
    /// Leaves the shard alone for a while if it refused something, and learns its rate. Also after an answer without a refusal:
    /// attempts in vain count in a row, not in all.
    /// </summary>
    /// <param name="sentAt">When the answer's request left.</param>
    public void EndAnswer(long sentAt)
    {
        _rate.Accepted(_acceptedNow);
        if (_isThrottledNow) _rate.Throttled(sentAt);
        if (_acceptedNow > 0)
        {
            _pause = TimeSpan.Zero;
            _backoff.Reset();
        }

        if (_refusedNow > 0) (_pausedAt, _pause) = (time.GetTimestamp(), _backoff.NextPause(_acceptedNow > 0));
        (_acceptedNow, _refusedNow, _isThrottledNow) = (0, 0, false);
    }
}
