using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>Which key goes by which lane. Owns queues and lanes; not thread-safe, the publisher guards it.</summary>
internal sealed class LaneTable(Func<Shard, Lane> makeLane)
{
    /// <summary>Keys whose queue is remembered although it is empty.</summary>
    private const int MaxQueues = 100_000;

    private readonly Dictionary<byte[], KeyQueue> _queues = new(new KeyBytesComparer());
    private Lane[] _lanes = [];
    private HashSet<string> _shardIds = [];
    private KeyQueue? _last;
    private int _firstLane;

    /// <summary>Keys with a record that could go now, but for pauses and rates.</summary>
    public int Waiting
    {
        get
        {
            int sum = 0;
            foreach (Lane lane in _lanes) sum += lane.Waiting;
            return sum;
        }
    }

    /// <summary>A lane that has refused everything, too often in a row.</summary>
    public Lane? Hopeless => Array.Find(_lanes, lane => lane.Backoff.IsHopeless);

    public bool IsOther(IReadOnlyList<Shard> shards) => !_shardIds.SetEquals(shards.Where(shard => !shard.IsClosed).Select(shard => shard.Id));

    /// <summary>Makes lanes for these shards and puts every key that waits into its own; nothing may be in flight.</summary>
    public void Map(IReadOnlyList<Shard> shards)
    {
        Shard[] open = [.. shards.Where(shard => !shard.IsClosed)];
        _shardIds = [.. open.Select(shard => shard.Id)];
        _lanes = [.. open.Select(makeLane)];
        foreach (KeyQueue queue in _queues.Values)
        {
            queue.WasRefused = false;
            if (queue.Head >= 0) Enqueue(queue);
        }
    }

    public KeyQueue QueueOf(ReadOnlySpan<byte> key)
    {
        if (_last is not null && key.SequenceEqual(_last.Key)) return _last;
        Dictionary<byte[], KeyQueue>.AlternateLookup<ReadOnlySpan<byte>> byBytes = _queues.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byBytes.TryGetValue(key, out KeyQueue? queue)) return _last = queue;
        if (_queues.Count >= MaxQueues) ForgetIdle();
        queue = new KeyQueue(key.ToArray());
        _queues.Add(queue.Key, queue);
        return _last = queue;
    }

    // Between the end of a split and the new map a hash may belong to no lane: any is good, order does not depend on it.
    public void Enqueue(KeyQueue queue) => (Array.Find(_lanes, lane => lane.Owns(queue.Hash)) ?? _lanes[0]).Enqueue(queue);

    /// <summary>Fills a request with the oldest record of each key that may go, lane by lane, beginning with another lane each time.</summary>
    /// <returns>If nothing may go: how long until something may.</returns>
    public TimeSpan Gather(LaneRequest request, RecordSlots slots)
    {
        TimeSpan wait = TimeSpan.MaxValue;
        _firstLane = (_firstLane + 1) % _lanes.Length;
        for (int i = 0; i < _lanes.Length; i++)
        {
            Lane lane = _lanes[(_firstLane + i) % _lanes.Length];
            if (lane.Waiting == 0) continue;
            if (lane.Wait <= TimeSpan.Zero) Fill(request, lane, slots);
            if (lane.Wait < wait) wait = lane.Wait;
        }

        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Pauses every lane of the request that refused something, and ends the pause of those that took something.</summary>
    public void Settle(LaneRequest request)
    {
        foreach (Lane lane in _lanes)
        {
            (bool hasRefused, bool hasAccepted) = (false, false);
            for (int i = 0; i < request.Batch.Count; i++)
            {
                if (request.Lane(i) != lane) continue;
                if (request.Refusal(i) is null) hasAccepted = true;
                else hasRefused = true;
            }

            if (hasAccepted) lane.Resume();
            if (hasRefused) lane.Pause(lane.Backoff.NextPause(hasAccepted));
        }
    }

    private static void Fill(LaneRequest request, Lane lane, RecordSlots slots)
    {
        while (lane.TryPeek(out KeyQueue? queue) && request.Batch.Fits(queue!.Key.Length + slots[queue.Head].Length) && lane.Rate.TryTake())
        {
            lane.Take();
            request.Add(lane, queue, slots[queue.Head]);
        }
    }

    private void ForgetIdle()
    {
        foreach ((byte[] key, KeyQueue queue) in _queues)
        {
            if (queue.IsIdle) _queues.Remove(key);
        }

        _last = null;
    }
}
