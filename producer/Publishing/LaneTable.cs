using Streaming.Shared.Aws;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// Which record may go next, and what becomes of it. Owns the records, the queue of each key and the lanes that the queues go by. Does
/// not own requests and waits; not thread-safe, the publisher guards it.
/// </summary>
internal sealed class LaneTable(Func<Shard, Lane> makeLane, int maxPending, ReplayProgress progress)
{
    /// <summary>Keys whose queue is remembered although it is empty.</summary>
    private const int MaxQueues = 100_000;

    private readonly Dictionary<byte[], KeyQueue> _queues = new(new KeyBytesComparer());
    private readonly RecordSlots _slots = new(maxPending);
    private Lane[] _lanes = [];
    private HashSet<string> _shardIds = [];
    private KeyQueue? _last;
    private int _firstLane;

    /// <summary>Records that there is room for.</summary>
    public int Free => _slots.Free;

    public bool IsEmpty => _slots.Free == _slots.Capacity;

    /// <summary>Number of the oldest record that is not through; <see cref="long.MaxValue"/> if there is none.</summary>
    public long OldestPending => _slots.Oldest;

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
    public Lane? Hopeless => Array.Find(_lanes, lane => lane.IsHopeless);

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

    /// <summary>Takes a copy of the record; there must be room. False if it waits behind others of its key.</summary>
    /// <param name="number">Counts the records.</param>
    public bool Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record, long number)
    {
        KeyQueue queue = QueueOf(key);
        bool isFirst = queue.IsIdle;
        _slots.Append(queue, record, number);
        if (isFirst) Enqueue(queue);
        return isFirst;
    }

    /// <summary>Fills a request with the oldest record of each key that may go, lane by lane, beginning with another lane each time.</summary>
    /// <returns>If nothing may go: how long until something may.</returns>
    public TimeSpan Gather(LaneRequest request)
    {
        TimeSpan wait = TimeSpan.MaxValue;
        _firstLane = (_firstLane + 1) % _lanes.Length;
        for (int i = 0; i < _lanes.Length; i++)
        {
            Lane lane = _lanes[(_firstLane + i) % _lanes.Length];
            if (lane.Waiting == 0) continue;
            if (lane.Wait <= TimeSpan.Zero) lane.Fill(request, _slots);
            if (lane.Wait < wait) wait = lane.Wait;
        }

        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Frees what the stream took, and keeps what it refused for another attempt.</summary>
    public void Take(LaneRequest request, PutReply reply)
    {
        request.Answer(reply);
        progress.PossiblyRepeated += reply.PossiblyRepeated;
        for (int i = 0; i < request.Batch.Count; i++)
        {
            request.Queue(i).IsInFlight = false;
            if (request.Refusal(i) is { } code) Refuse(request, i, code);
            else Accept(request, i);
        }

        foreach (Lane lane in _lanes) lane.EndAnswer(request.SentAt);
    }

    private void Accept(LaneRequest request, int index)
    {
        KeyQueue queue = request.Queue(index);
        progress.Sent++;
        progress.BytesSent += request.Batch.Data(index).Length;
        request.Lane(index).Accepted(queue);
        _slots.RemoveHead(queue);
        if (queue.Head >= 0) request.Lane(index).Enqueue(queue);
    }

    private void Refuse(LaneRequest request, int index, string code)
    {
        bool isThrottle = AwsErrors.IsThrottle(code);
        progress.Retried++;
        if (isThrottle) progress.Throttled++;
        request.Lane(index).Refused(request.Queue(index), isThrottle);
    }

    // Between the end of a split and the new map a hash may belong to no lane: any is good, order does not depend on it.
    private void Enqueue(KeyQueue queue) => (Array.Find(_lanes, lane => lane.Owns(queue.Hash)) ?? _lanes[0]).Enqueue(queue);

    private KeyQueue QueueOf(ReadOnlySpan<byte> key)
    {
        if (_last is not null && key.SequenceEqual(_last.Key)) return _last;
        Dictionary<byte[], KeyQueue>.AlternateLookup<ReadOnlySpan<byte>> byBytes = _queues.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byBytes.TryGetValue(key, out KeyQueue? queue)) return _last = queue;
        if (_queues.Count >= MaxQueues) ForgetIdle();
        queue = new KeyQueue(key.ToArray());
        _queues.Add(queue.Key, queue);
        return _last = queue;
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
