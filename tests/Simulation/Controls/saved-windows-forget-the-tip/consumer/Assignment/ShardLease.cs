using Microsoft.Extensions.Logging;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Assignment;

/// <summary>Control: a save of windows alone forgets when nothing followed the position.</summary>
public sealed class ShardLease : IDisposable
{
    private const long Unknown = long.MinValue;

    internal const string NotReadYet = "was taken just now, and is not read yet";

    private readonly CheckpointStore _checkpoints;
    private readonly TimeProvider _time;
    private readonly CheckpointPointer _claimed;
    private readonly LeaseStates _states;
    private readonly SemaphoreSlim _turn = new(1);
    private StoredPointer _stored;
    private long _readToTipAt;
    private long _dataLosses;
    private string? _flushProblem;

    internal ShardLease(CheckpointStore checkpoints, StoredPointer claimed, Shard listed, TimeProvider time, ILogger logger)
    {
        (_checkpoints, _stored, _claimed, Listed, _time) = (checkpoints, claimed, claimed.Document, listed, time);
        _states = new LeaseStates(checkpoints, _claimed, logger);
        (_readToTipAt, _dataLosses) = (_claimed.ReadToTipAt ?? Unknown, _claimed.DataLosses);
    }

    public string Shard => _stored.Document.Shard;

    public Shard Listed { get; }

    public long Epoch => _claimed.Lease.Epoch;

    public TimeSpan Duration => TimeSpan.FromMicroseconds(_claimed.Lease.DurationMicros);

    public bool HasPosition => _stored.Document.Position != SequenceNumber.None;

    public bool Inherits => _stored.Document.State == CheckpointPointer.Inherit;

    public IReadOnlyList<string> Ancestors => _stored.Document.Ancestors;

    public bool IsRequested => _stored.Document.Lease.RequestedBy is not null;

    internal Func<string?> NotReady { get; set; } = () => null;

    public void NoteFlushFailure(string problem) => Volatile.Write(ref _flushProblem, problem);

    public Task SweepAsync(CancellationToken cancellation) => _states.SweepAsync(cancellation);

    public async Task<ShardFold> LoadAsync(CancellationToken cancellation) => _claimed.ToFold(await _checkpoints.Retry.RunAsync(
        async token => _claimed.State switch
        {
            CheckpointPointer.Empty => [],
            CheckpointPointer.Inherit => await ShardInheritance.LoadAsync(_checkpoints, Listed, token),
            _ => (await _checkpoints.ReadStateAsync(_claimed, token) ?? throw new LeaseLostException(Shard)).Tickers,
        },
        cancellation));

    public async Task SaveAsync(FlushSnapshot snapshot, Func<int, bool> isWritten, string? problem, CancellationToken cancellation)
    {
        Volatile.Write(ref _flushProblem, problem);
        CheckpointState state = _claimed.ToState(snapshot, isWritten, out int unwritten);
        string key = _states.NewName();
        await _states.PutAsync(key, state, cancellation);
        await PutAsync(
            stored =>
            {
                // What was noted belongs to the position before, unless windows alone were saved.
                Volatile.Write(ref _readToTipAt, Unknown);
                return stored.MovedTo(snapshot, key, state, unwritten) with { SavedAt = IsoTime.ToMicros(_time.GetUtcNow()) };
            },
            cancellation);
        await _states.CleanAsync(key, cancellation);
    }

    public Task RenewAsync(CancellationToken cancellation) => PutAsync(stored => stored, cancellation);

    public Task EndAsync(CancellationToken cancellation)
        => PutAsync(stored => stored with { IsEnded = true, Problem = null, Lease = stored.Lease with { Owner = null, RequestedBy = null } }, cancellation);

    public Task ReleaseAsync(string? problem, bool isDone, CancellationToken cancellation)
        => PutAsync(
            stored => stored with { Problem = problem ?? Volatile.Read(ref _flushProblem), IsDone = isDone, Lease = stored.Lease with { Owner = null } }, cancellation);

    public void NoteTip(long tipMicros) => Volatile.Write(ref _readToTipAt, tipMicros);

    public void NoteDataLoss() => Interlocked.Increment(ref _dataLosses);

    private async Task PutAsync(Func<CheckpointPointer, CheckpointPointer> change, CancellationToken cancellation)
    {
        // A renewal and a flush may want to write at once. Without the token, which would bring the thread pool in: who holds it has one.
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            // Once, or an attempt whose outcome was unknown would not be recognised by the next.
            long now = IsoTime.ToMicros(_time.GetUtcNow());
            string? problem = NotReady() ?? Volatile.Read(ref _flushProblem);
            _stored = await _checkpoints.Retry.RunAsync(token => TryPutAsync(change, problem, now, token), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<StoredPointer> TryPutAsync(Func<CheckpointPointer, CheckpointPointer> change, string? problem, long now, CancellationToken cancellation)
    {
        // A flush that was under way when the shard was let go must not take away the reason for that.
        CheckpointPointer stored = _stored.Document;
        CheckpointPointer next = change(stored.Lease.Owner is null ? stored : stored with { Problem = problem });
        long tip = Volatile.Read(ref _readToTipAt);
        next = next with
        {
            Lease = next.Lease with { Counter = next.Lease.Counter + 1 },
            WrittenAt = now,
            DataLosses = Interlocked.Read(ref _dataLosses),
            ReadToTipAt = tip == Unknown ? null : tip,
        };
        if (await _checkpoints.PutAsync(next, _stored.Tag, cancellation) is { } written) return written;
        StoredPointer? standing = await _checkpoints.ReadAsync(Shard, cancellation);
        if (!IsMine(standing)) throw new LeaseLostException(Shard);
        _stored = standing!;
        throw new LostRaceException(Shard);
    }

    private bool IsMine(StoredPointer? standing)
        => standing is { Document: { IsEnded: false, Lease: var lease } } && lease.Owner == _claimed.Lease.Owner && lease.Epoch == _claimed.Lease.Epoch;

    public void Dispose() => _turn.Dispose();
}

public sealed class LeaseLostException(string shard) : Exception($"{shard} belongs to another worker now.");
