using System.Runtime.ExceptionServices;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// Owns the way onto a stream that may refuse single records: the requests in flight, and the waits for room and for time. Order per
/// key is kept: no two records of a key are in flight together, since the service may refuse the first and take the second. Does not
/// own which record goes next (<see cref="LaneTable"/>), nor attempts of whole requests: the stream does.
/// </summary>
internal sealed class LanePublisher : IRecordPublisher
{
    private readonly IRecordStream _stream;
    private readonly ReplayProgress _progress;
    private readonly TimeProvider _time;
    private readonly LaneOptions _options;
    private readonly Lock _lock = new();
    private readonly LaneTable _lanes;
    private readonly Stack<LaneRequest> _spare = [];
    private readonly ITimer _timer;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExceptionDispatchInfo? _failure;
    private IReadOnlyList<Shard>? _newShards;
    private long _shardsListedAt;
    private long _added;
    private int _inFlight;
    // Set by whoever waits, until everything is through: requests leave without waiting to be full.
    private bool _isUrgent;
    // What is gathered is to leave, but not before more had a little time to join it; until everything is through.
    private bool _isDue;
    private long? _lingersSince;
    private bool _isPumping;
    private bool _pumpAgain;
    private bool _isStopped;

    private LanePublisher(IRecordStream stream, ReplayProgress progress, TimeProvider time, LaneTable lanes, LaneOptions options)
    {
        (_stream, _progress, _time, _lanes, _options) = (stream, progress, time, lanes, options);
        _shardsListedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static publisher => ((LanePublisher)publisher!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public static async Task<LanePublisher> OpenAsync(
        IRecordStream stream, ReplayProgress progress, TimeProvider time, Random jitter, CancellationToken cancellation, LaneOptions? options = null)
    {
        options ??= LaneOptions.Default;
        var lanes = new LaneTable(shard => new Lane(shard, time, options, jitter), options.MaxPending, progress);
        lanes.Map(await stream.ListShardsAsync(cancellation));
        return new LanePublisher(stream, progress, time, lanes, options);
    }

    public bool IsFull
    {
        get
        {
            lock (_lock) return _lanes.Free == 0;
        }
    }

    public long Acknowledged
    {
        get
        {
            lock (_lock) return Math.Min(_added, _lanes.OldestPending);
        }
    }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        bool isBatch;
        lock (_lock)
        {
            _failure?.Throw();
            long number = _added++;
            if (key.Length + record.Length > PutBatch.MaxRecordBytes)
            {
                _progress.TooLarge++;
                return;
            }

            isBatch = _lanes.Add(key, record, number) && _lanes.Waiting % PutBatch.MaxRecords == 0;
        }

        if (isBatch) Pump();
    }

    public Task MakeRoomAsync(CancellationToken cancellation)
        => WaitAsync(() => _lanes.Free >= Math.Min(PutBatch.MaxRecords, _options.MaxPending), cancellation);

    public Task SendGatheredAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            _failure?.Throw();
            _isDue = true;
        }

        Pump();
        return Task.CompletedTask;
    }

    public Task FlushAsync(CancellationToken cancellation) => WaitAsync(() => _lanes.IsEmpty, cancellation);

    /// <summary>Sends nothing more, but waits for what is in flight: it is counted, and its outcome known.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isStopped = true;
        while (MustWait(() => _inFlight == 0, out Task change)) await change;
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
        if (_lanes.IsEmpty) _isUrgent = _isDue = false;
        if (_lanes.Waiting == 0) _lingersSince = null;
        if (_lanes.Waiting == 0 || (_lanes.Waiting < PutBatch.MaxRecords && !_isUrgent && !(_isDue && HasLingered()))) return null;

        LaneRequest request = _spare.TryPop(out LaneRequest? spare) ? spare : new LaneRequest();
        TimeSpan wait = _lanes.Gather(request);
        if (request.Batch.Count == 0)
        {
            _spare.Push(request);
            // Never zero: a rate's next token may lie within one tick of the clock.
            _timer.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            return null;
        }

        request.SentAt = _time.GetTimestamp();
        _progress.Requests++;
        _inFlight++;
        return request;
    }

    /// <summary>What could go has waited long enough for more to go with it.</summary>
    private bool HasLingered()
    {
        TimeSpan rest = _options.Linger - _time.GetElapsedTime(_lingersSince ??= _time.GetTimestamp());
        if (rest <= TimeSpan.Zero) return true;
        // Again each time: a timer may come a little early, or have been set to something else since.
        _timer.Change(rest + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return false;
    }

    private async Task SendAsync(LaneRequest request)
    {
        try
        {
            // The put itself is not cancelled: its outcome would be unknown.
            PutReply reply = await _stream.PutAsync(request.Batch, CancellationToken.None);
            bool mayBeSplit;
            lock (_lock) mayBeSplit = Take(request, reply);
            if (mayBeSplit) await ListShardsAsync();
        }
        catch (Exception e)
        {
            // Thrown where the replay waits: nobody awaits this task.
            lock (_lock) _failure ??= ExceptionDispatchInfo.Capture(e);
        }

        TaskCompletionSource changed;
        lock (_lock)
        {
            _inFlight--;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        Pump();
        changed.SetResult();
    }

    /// <summary>True if the shards are to be looked at again.</summary>
    private bool Take(LaneRequest request, PutReply reply)
    {
        _lanes.Take(request, reply);
        if (_lanes.Hopeless is { } lane)
        {
            throw new StreamUnavailableException(
                $"{_stream.Address}, {lane.ShardId} refused records {Backoff.MaxIdleAttempts} times in a row ({reply.Refused[0].ErrorCode}). More shards or a lower --rate help against throttling.");
        }

        request.Clear();
        _spare.Push(request);
        if (reply.Refused.Count == 0 || _time.GetElapsedTime(_shardsListedAt) < _options.ShardCheckInterval) return false;
        _shardsListedAt = _time.GetTimestamp();
        return true;
    }

    private async Task ListShardsAsync()
    {
        IReadOnlyList<Shard> shards = await _stream.ListShardsAsync(CancellationToken.None);
        lock (_lock)
        {
            if (_lanes.IsOther(shards)) _newShards = shards;
        }
    }
}
