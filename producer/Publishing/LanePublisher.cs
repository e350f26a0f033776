using System.Runtime.ExceptionServices;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// Owns the way onto a stream that may refuse single records. Several requests are in flight, and order per key is kept: no two
/// records of a key are in flight together, since the service may refuse the first and take the second. A lane per shard holds back
/// and slows down what goes to a shard that refuses, and nothing else. Does not own attempts of whole requests: the stream does.
/// </summary>
internal sealed class LanePublisher : IRecordPublisher
{
    private readonly IRecordStream _stream;
    private readonly ReplayProgress _progress;
    private readonly TimeProvider _time;
    private readonly LaneOptions _options;
    private readonly Lock _lock = new();
    private readonly LaneTable _lanes;
    private readonly RecordSlots _slots;
    private readonly Stack<LaneRequest> _spare = [];
    private readonly ITimer _timer;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExceptionDispatchInfo? _failure;
    private IReadOnlyList<Shard>? _newShards;
    private long _shardsListedAt;
    private int _inFlight;
    private bool _isListing;
    // Set by whoever waits, until everything is through: requests leave without waiting to be full.
    private bool _isUrgent;
    private bool _isPumping;
    private bool _pumpAgain;
    private bool _isStopped;

    private LanePublisher(IRecordStream stream, ReplayProgress progress, TimeProvider time, LaneTable lanes, LaneOptions options)
    {
        (_stream, _progress, _time, _lanes, _options) = (stream, progress, time, lanes, options);
        _slots = new RecordSlots(options.MaxPending);
        _shardsListedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static publisher => ((LanePublisher)publisher!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public static async Task<LanePublisher> OpenAsync(
        IRecordStream stream, ReplayProgress progress, TimeProvider time, Random jitter, CancellationToken cancellation, LaneOptions? options = null)
    {
        options ??= LaneOptions.Default;
        var lanes = new LaneTable(shard => new Lane(shard, time, options, jitter));
        lanes.Map(await stream.ListShardsAsync(cancellation));
        return new LanePublisher(stream, progress, time, lanes, options);
    }

    public bool IsFull
    {
        get
        {
            lock (_lock) return _slots.Free == 0;
        }
    }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        bool isBatch;
        lock (_lock)
        {
            _failure?.Throw();
            if (key.Length + record.Length > PutBatch.MaxRecordBytes)
            {
                _progress.TooLarge++;
                return;
            }

            KeyQueue queue = _lanes.QueueOf(key);
            bool isFirst = queue.IsIdle;
            _slots.Append(queue, record);
            if (!isFirst) return;
            _lanes.Enqueue(queue);
            isBatch = _lanes.Waiting % PutBatch.MaxRecords == 0;
        }

        if (isBatch) Pump();
    }

    public Task MakeRoomAsync(CancellationToken cancellation)
        => WaitAsync(() => _slots.Free >= Math.Min(PutBatch.MaxRecords, _slots.Capacity), cancellation);

    public Task SendGatheredAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            _failure?.Throw();
            _isUrgent = true;
        }

        Pump();
        return Task.CompletedTask;
    }

    public Task FlushAsync(CancellationToken cancellation) => WaitAsync(() => _slots.Free == _slots.Capacity, cancellation);

    /// <summary>Sends nothing more, but waits for what is in flight: it is counted, and its outcome known.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isStopped = true;
        while (MustWait(() => _inFlight == 0 && !_isListing, out Task change)) await change;
        await _timer.DisposeAsync();
    }

    private async Task WaitAsync(Func<bool> isReached, CancellationToken cancellation)
    {
        while (true)
        {
            lock (_lock) _isUrgent = true;
            Pump();
            if (!MustWait(() => _failure is not null || isReached(), out Task change)) break;
            await change.WaitAsync(cancellation);
        }

        lock (_lock) _failure?.Throw();
    }

    /// <param name="change">Ends when an answer has come, and one has to look again.</param>
    private bool MustWait(Func<bool> isReached, out Task change)
    {
        lock (_lock)
        {
            change = _changed.Task;
            return !isReached();
        }
    }

    /// <summary>Starts requests until there is nothing to send or enough in flight. One pump runs at a time, or a stream that answers at once would recurse.</summary>
    private void Pump()
    {
        lock (_lock)
        {
            if (_isPumping)
            {
                _pumpAgain = true;
                return;
            }

            _isPumping = true;
        }

        while (true)
        {
            LaneRequest? request;
            lock (_lock)
            {
                request = TakeRequest();
                if (request is null && !_pumpAgain)
                {
                    _isPumping = false;
                    return;
                }

                _pumpAgain = false;
            }

            if (request is not null) _ = SendAsync(request);
        }
    }

    private LaneRequest? TakeRequest()
    {
        if (_newShards is not null && _inFlight == 0)
        {
            _lanes.Map(_newShards);
            _newShards = null;
        }

        // Lanes change only when nothing is in flight, so that every answer finds the lane that it left by.
        if (_isStopped || _failure is not null || _newShards is not null || _inFlight == _options.MaxInFlight) return null;
        if (_slots.Free == _slots.Capacity) _isUrgent = false;
        if (_lanes.Waiting == 0 || (_lanes.Waiting < PutBatch.MaxRecords && !_isUrgent)) return null;

        LaneRequest request = _spare.TryPop(out LaneRequest? spare) ? spare : new LaneRequest();
        TimeSpan wait = _lanes.Gather(request, _slots);
        if (request.Batch.Count == 0)
        {
            _spare.Push(request);
            // Never zero: a rate's next token may lie within one tick of the clock.
            _timer.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            return null;
        }

        request.SentAt = _time.GetTimestamp();
        _inFlight++;
        return request;
    }

    private async Task SendAsync(LaneRequest request)
    {
        try
        {
            // The put itself is not cancelled: its outcome would be unknown.
            PutReply reply = await _stream.PutAsync(request.Batch, CancellationToken.None);
            lock (_lock) Take(request, reply);
        }
        catch (Exception e)
        {
            // Thrown where the replay waits: nobody awaits this task.
            lock (_lock) _failure ??= ExceptionDispatchInfo.Capture(e);
        }

        EndOfRequest(() => _inFlight--);
    }

    private void Take(LaneRequest request, PutReply reply)
    {
        request.Answer(reply);
        _progress.PossiblyRepeated += reply.PossiblyRepeated;
        for (int i = 0; i < request.Batch.Count; i++)
        {
            KeyQueue queue = request.Queue(i);
            queue.IsInFlight = false;
            if (request.Refusal(i) is { } code) Refuse(request, i, code);
            else Accept(request, i);
        }

        // Also when all went through: attempts in vain count in a row, not in all.
        _lanes.Settle(request);
        CheckShards(reply.Refused.Count > 0);
        if (_lanes.Hopeless is { } hopeless) throw Hopeless(hopeless, reply);
        request.Clear();
        _spare.Push(request);
    }

    private void Accept(LaneRequest request, int index)
    {
        KeyQueue queue = request.Queue(index);
        _progress.Sent++;
        _progress.BytesSent += request.Batch.Data(index).Length;
        request.Lane(index).Accepted(queue);
        _slots.RemoveHead(queue);
        if (queue.Head >= 0) request.Lane(index).Enqueue(queue);
    }

    private void Refuse(LaneRequest request, int index, string code)
    {
        _progress.Retried++;
        Lane lane = request.Lane(index);
        if (AwsErrors.IsThrottle(code))
        {
            _progress.Throttled++;
            lane.Rate.Throttled(request.SentAt);
        }

        lane.Refused(request.Queue(index));
    }

    private void CheckShards(bool wasRefused)
    {
        if (!wasRefused || _isListing || _time.GetElapsedTime(_shardsListedAt) < _options.ShardCheckInterval) return;
        _isListing = true;
        _shardsListedAt = _time.GetTimestamp();
        _ = ListShardsAsync();
    }

    private async Task ListShardsAsync()
    {
        try
        {
            IReadOnlyList<Shard> shards = await _stream.ListShardsAsync(CancellationToken.None);
            lock (_lock)
            {
                if (_lanes.IsOther(shards)) _newShards = shards;
            }
        }
        catch (Exception e)
        {
            lock (_lock) _failure ??= ExceptionDispatchInfo.Capture(e);
        }

        EndOfRequest(() => _isListing = false);
    }

    private void EndOfRequest(Action count)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            count();
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        Pump();
        changed.SetResult();
    }

    private StreamUnavailableException Hopeless(Lane lane, PutReply reply) => new(
        $"{_stream.Address}, {lane.ShardId} refused records {Backoff.MaxIdleAttempts} times in a row ({reply.Refused[0].ErrorCode}). More shards or a lower --rate help against throttling.");
}
