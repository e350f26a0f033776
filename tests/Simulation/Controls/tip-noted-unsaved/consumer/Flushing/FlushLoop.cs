using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Flushing;

/// <summary>Control: the tip is noted for the position that is stored, although read records behind it are not.</summary>
public sealed partial class FlushLoop(
    ShardWindows windows, ShardFlusher flusher, ShardLease lease, FlushRules rules, MemoryBudget budget, TimeProvider time, ILogger logger)
{
    // Of one flush after the other: of a busy shard it is the largest thing that a flush makes.
    private readonly List<WindowSnapshot> _snapshotWindows = [];
    private FlushSnapshot? _snapshot;
    private Task<BarWriteResult>? _running;
    private long _due = time.GetTimestamp() + (long)(rules.Interval.TotalSeconds * time.TimestampFrequency);
    private long _startedAt;
    private long _idleSince;
    private bool _isIdle;
    private bool _idleFlushed;
    private long _readSaved = windows.Books.Read;
    private int _blockedWindows;
    private HashSet<string> _blocked = [];

    public long? IdleSince => _isIdle ? _idleSince : null;

    public FlushFigures Figures { get; private set; }

    public async Task AfterBatchAsync(RecordBatch batch, CancellationToken cancellation)
    {
        Track(batch);
        if (_running is { IsCompleted: true }) await CompleteAsync();
        if (_running is null && IsDue(out bool openWindowsToo)) Start(openWindowsToo, cancellation);
        while (IsOver(2) && !cancellation.IsCancellationRequested)
        {
            if (_running is null) Start(openWindowsToo: true, cancellation);
            bool isWell = await CompleteAsync();
            bool isBlocked = _blockedWindows > 0 && IsOver(2);
            if (isBlocked) Waiting(logger, lease.Shard, _blockedWindows, _blocked.Count);
            if (!isWell || isBlocked) await Task.Delay(rules.RetryAfter, time, cancellation);
        }
    }

    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (_running is not null) await CompleteAsync();
        // A child saves a state of its own at least once, so that its children need not look at its parents.
        if (!HasWork(openWindowsToo: true) && !lease.Inherits) return;
        Start(openWindowsToo: true, cancellation);
        BarWriteResult written = await _running!;
        Apply(written);
        if (written.Failures.Count > 0) throw written.Failures[0];
    }

    private void Track(RecordBatch batch)
    {
        // Empty and at the tip: a shard that is throttled or failing is neither.
        bool idle = batch.Count == 0 && batch.MillisBehindLatest == 0;
        if (idle && !_isIdle) _idleSince = time.GetTimestamp();
        if (batch.Count > 0) _idleFlushed = false;
        _isIdle = idle;
        // What was read and is not saved is not a part of the position that the tip is noted for.
        if (idle && batch.TipAtMicros is { } tip) lease.NoteTip(tip);
    }

    private bool IsDue(out bool openWindowsToo)
    {
        bool isTime = time.GetTimestamp() >= _due;
        // What waited for a blocked object at the last idle flush is tried again with each flush, open windows too.
        bool isIdleFlush = _isIdle && (!_idleFlushed || (isTime && _blocked.Count > 0)) && time.GetElapsedTime(_idleSince) >= rules.IdleAfter;
        openWindowsToo = IsOver(1) || isIdleFlush;
        return (openWindowsToo || isTime) && HasWork(openWindowsToo);
    }

    // What waits for a blocked object takes its part of the memory, but a flush before its time does not help it.
    private bool IsOver(int times) => windows.DirtyCount - (times == 1 ? _blockedWindows : 0) > (long)budget.WindowsPerShard * times
        || windows.KeptBytes > rules.MaxKeptBytes * times;

    private bool HasWork(bool openWindowsToo) => windows.Books.Read != _readSaved || (openWindowsToo && windows.DirtyCount > 0) || _blocked.Count > 0;

    private void Start(bool openWindowsToo, CancellationToken cancellation)
    {
        _snapshot = windows.Snapshot(openWindowsToo, _snapshotWindows);
        _idleFlushed |= openWindowsToo;
        ScheduleAfter(rules.Interval);
        _startedAt = time.GetTimestamp();
        _running = flusher.FlushAsync(_snapshot, lease, cancellation);
    }

    private async Task<bool> CompleteAsync()
    {
        try
        {
            BarWriteResult written = await _running!;
            Apply(written);
            if (written.Failures.Count == 0) return true;
            FlushFailed(logger, lease.Shard, windows.Position.ToString(), written.Failures[0].Message);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LostRaceException)
        {
            Figures = Figures.Add(time.GetElapsedTime(_startedAt), failed: true, checkpointedAt: null, windows: 0);
            lease.NoteFlushFailure(failure.Message);
            FlushFailed(logger, lease.Shard, windows.Position.ToString(), failure.Message);
        }

        _running = null;
        _idleFlushed = false;
        ScheduleAfter(rules.RetryAfter);
        return false;
    }

    private void Apply(BarWriteResult written)
    {
        FlushSnapshot snapshot = _snapshot!;
        int confirmed = 0;
        ReadOnlySpan<WindowSnapshot> all = CollectionsMarshal.AsSpan(snapshot.Windows);
        for (int i = 0; i < all.Length; i++)
        {
            if (i + WindowPrefetch.Ahead < all.Length) WindowPrefetch.Ask(all[i + WindowPrefetch.Ahead].Window);
            if (!written.IsConfirmed(i)) continue;
            windows.Confirm(all[i]);
            confirmed++;
        }

        TellBlocked(written.Blocked);
        _blockedWindows = written.BlockedWindows;
        windows.ConfirmKept(snapshot);
        windows.DropFinished();
        _readSaved = snapshot.Books.Read;
        Figures = Figures.Add(time.GetElapsedTime(_startedAt), written.Failures.Count > 0, time.GetTimestamp(), confirmed);
        _running = null;
        _snapshot = null;
        _snapshotWindows.Clear();
    }

    private void TellBlocked(IReadOnlyList<BlockedObject> blocked)
    {
        foreach (BlockedObject entry in blocked.Where(entry => !_blocked.Contains(entry.Key))) Blocked(logger, lease.Shard, entry.Failure.Message);
        HashSet<string> now = [.. blocked.Select(entry => entry.Key)];
        foreach (string key in _blocked.Where(key => !now.Contains(key))) Unblocked(logger, lease.Shard, key);
        _blocked = now;
    }

    private void ScheduleAfter(TimeSpan delay) => _due = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);

    [LoggerMessage(101, LogLevel.Error, "{Shard}: a flush failed at position {Position} and is tried again, nothing is lost: {Problem}")]
    private static partial void FlushFailed(ILogger logger, string shard, string position, string problem);

    [LoggerMessage(105, LogLevel.Error, "{Shard}: {Problem} All else goes on")]
    private static partial void Blocked(ILogger logger, string shard, string problem);

    [LoggerMessage(106, LogLevel.Information, "{Shard}: {Key} can be written again, and what waited for it is")]
    private static partial void Unblocked(ILogger logger, string shard, string key);

    [LoggerMessage(107, LogLevel.Error, "{Shard}: reading waits, because memory is full of {Windows} windows whose {Objects} objects are blocked")]
    private static partial void Waiting(ILogger logger, string shard, int windows, int objects);
}
