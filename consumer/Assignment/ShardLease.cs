using Microsoft.Extensions.Logging;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Assignment;

/// <summary>
/// Owns: this worker's hold on one shard, which is the right to move the shard's pointer. Every write of it is a compare-and-set on what
/// was read or written last, and raises the lease's counter. Does not own: when to renew, and what the shard does.
/// </summary>
/// <remarks>
/// After an unknown result the pointer is read again; it is this worker's only if owner and epoch are, and then it goes on from
/// what it read: another worker may have put in its request, or an older put have arrived late.
/// </remarks>
public sealed class ShardLease : IDisposable
{
    private const long Unknown = long.MinValue;

    /// <summary>The problem of a shard that was taken and whose stream has not answered yet.</summary>
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

    /// <param name="claimed">As the confirmed claim left it.</param>
    /// <param name="listed">The shard as the stream lists it.</param>
    internal ShardLease(CheckpointStore checkpoints, StoredPointer claimed, Shard listed, TimeProvider time, ILogger logger)
    {
        (_checkpoints, _stored, _claimed, Listed, _time) = (checkpoints, claimed, claimed.Document, listed, time);
        _states = new LeaseStates(checkpoints, _claimed, logger);
        (_readToTipAt, _dataLosses) = (_claimed.ReadToTipAt ?? Unknown, _claimed.DataLosses);
    }

    public string Shard => _stored.Document.Shard;

    /// <summary>The shard as the stream lists it.</summary>
    public Shard Listed { get; }

    public long Epoch => _claimed.Lease.Epoch;

    public TimeSpan Duration => TimeSpan.FromMicroseconds(_claimed.Lease.DurationMicros);

    /// <summary>A position was saved, so reading goes on behind it or fails.</summary>
    public bool HasPosition => _stored.Document.Position != SequenceNumber.None;

    /// <summary>Nothing of the shard's own is saved: a new owner would begin with what its parents left.</summary>
    public bool Inherits => _stored.Document.State == CheckpointPointer.Inherit;

    public IReadOnlyList<string> Ancestors => _stored.Document.Ancestors;

    /// <summary>Another worker has too few shards and asks for this one; seen at this worker's next write.</summary>
    public bool IsRequested => _stored.Document.Lease.RequestedBy is not null;

    /// <summary>
    /// Why the worker is not ready for a reason of its own; null if it is. It goes into each write, so that an operator who has the checkpoints only
    /// calls nothing healthy that <c>/healthz/ready</c> calls unready, at most a renewal later.
    /// </summary>
    internal Func<string?> NotReady { get; set; } = () => null;

    /// <summary>The last flush failed, before it came to its checkpoint.</summary>
    public void NoteFlushFailure(string problem) => Volatile.Write(ref _flushProblem, problem);

    /// <summary>Deletes states that earlier owners left. What fails is left to the next owner.</summary>
    public Task SweepAsync(CancellationToken cancellation) => _states.SweepAsync(cancellation);

    /// <summary>What the shard goes on with: position and windows as they were when the lease was acquired.</summary>
    /// <exception cref="CheckpointRefusedException">The state cannot be used.</exception>
    /// <exception cref="LeaseLostException">Another worker owns the shard now.</exception>
    public async Task<ShardFold> LoadAsync(CancellationToken cancellation) => _claimed.ToFold(await _checkpoints.Retry.RunAsync(
        async token => _claimed.State switch
        {
            CheckpointPointer.Empty => [],
            CheckpointPointer.Inherit => await ShardInheritance.LoadAsync(_checkpoints, Listed, token),
            _ => (await _checkpoints.ReadStateAsync(_claimed, token) ?? throw new LeaseLostException(Shard)).Tickers,
        },
        cancellation));

    /// <summary>
    /// Stores the snapshot's state, then moves the pointer to it, then deletes the states before. Objects and kept records up to the position must be
    /// stored already. Only the move waits for renewals, which go on while a large state is put.
    /// </summary>
    /// <param name="isWritten">The window at that place of the snapshot is in its object.</param>
    /// <param name="problem">Why others are not; null if there are none.</param>
    /// <exception cref="LeaseLostException">Another worker owns the shard now.</exception>
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
                if (snapshot.Position != stored.Position) Volatile.Write(ref _readToTipAt, Unknown);
                return stored.MovedTo(snapshot, key, state, unwritten) with { SavedAt = IsoTime.ToMicros(_time.GetUtcNow()) };
            },
            cancellation);
        await _states.CleanAsync(key, cancellation);
    }

    /// <summary>Shows other workers that this one lives. Writes the position and the state's key that were last stored: it knows no others.</summary>
    /// <inheritdoc cref="SaveAsync"/>
    public Task RenewAsync(CancellationToken cancellation) => PutAsync(stored => stored, cancellation);

    /// <summary>The shard is read to its end, and all up to there is saved: its children may begin. What waits for a blocked object they inherit.</summary>
    /// <inheritdoc cref="SaveAsync"/>
    public Task EndAsync(CancellationToken cancellation)
        => PutAsync(stored => stored with { IsEnded = true, Problem = null, Lease = stored.Lease with { Owner = null, RequestedBy = null } }, cancellation);

    /// <summary>Lets the shard go, so that the next owner need not wait.</summary>
    /// <param name="problem">Why this worker stops at the shard, for operators; null to leave what the last flush found, which is about blocked objects.</param>
    /// <param name="isDone">The run was to end here.</param>
    /// <inheritdoc cref="SaveAsync"/>
    public Task ReleaseAsync(string? problem, bool isDone, CancellationToken cancellation)
        => PutAsync(
            stored => stored with { Problem = problem ?? Volatile.Read(ref _flushProblem), IsDone = isDone, Lease = stored.Lease with { Owner = null } }, cancellation);

    /// <summary>
    /// The shard is empty beyond the position last stored. Kept with it, because a stream that is quiet for longer than its retention
    /// looks else like one that lost records.
    /// </summary>
    /// <param name="tipMicros">See <see cref="RecordBatch.TipAtMicros"/>: by the stream's clock, because this machine's may be wrong.</param>
    public void NoteTip(long tipMicros) => Volatile.Write(ref _readToTipAt, tipMicros);

    /// <summary>Records are known to be gone, and the operator has chosen to go on.</summary>
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

/// <summary>Another worker owns the shard now. What this one still wrote is older truth and harmed nothing.</summary>
public sealed class LeaseLostException(string shard) : Exception($"{shard} belongs to another worker now.");
