using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Assignment;

/// <summary>Control: states that the pointer did not name when the lease seemed free are deleted before the claim.</summary>
internal sealed partial class ShardAssigner(
    IRecordStream stream, CheckpointStore checkpoints, ConsumerOptions options, string worker, TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan ListInterval = TimeSpan.FromSeconds(30);

    private const int LooksPerLease = 8;

    private const int MaxConcurrentRequests = 16;

    private readonly long? _startAt = StartAt(options.Start, time);
    private readonly LeaseClock _leases = new(time);
    private readonly HashSet<string> _ended = [];
    private readonly HashSet<string> _leftAlone = [];
    private IReadOnlyList<Shard> _shards = [];
    private long? _listedAt;

    public int Open => _shards.Count(shard => IsOpen(shard.Id));

    public bool IsSettled { get; private set; }

    public TimeSpan Wait { get; private set; }

    public void LeaveAlone(string shard) => _leftAlone.Add(shard);

    public void Ended(string shard)
    {
        _ended.Add(shard);
        _listedAt = null;
    }

    public async Task<IReadOnlyList<ShardLease>> TakeAsync(
        IReadOnlyCollection<string> mine, Action<string, Exception> refused, CancellationToken cancellation)
    {
        if (_listedAt is not { } listed || time.GetElapsedTime(listed) >= ListInterval)
        {
            _shards = await stream.ListShardsAsync(cancellation);
            _listedAt = time.GetTimestamp();
        }

        Shard[] others = [.. _shards.Where(shard => IsOpen(shard.Id) && !mine.Contains(shard.Id))];
        List<ShardView> views = await LookAsync(others, refused, cancellation);
        ShardView[] free = [.. views.Where(view => view.IsFree)];
        random.Shuffle(free);
        (ShardLease? Lease, Exception? Failure)[] tried = await InChunksAsync(
            free.Take(Share(views, mine.Count) - mine.Count), view => TryTakeAsync(view, cancellation));
        ShardLease[] taken = [.. tried.Select(take => take.Lease).OfType<ShardLease>()];
        if (taken.Length == 0 && tried.Select(take => take.Failure).FirstOrDefault(failure => failure is not null) is { } failed)
            ExceptionDispatchInfo.Throw(failed);
        if (free.Length == 0) await AskAsync(views, mine.Count, cancellation);
        IsSettled = taken.Length == free.Length
            && views.All(view => view.Holder is null || (view.Holder != worker && _leases.HasMoved(view.Shard.Id)));
        if (!IsSettled) Wait = Min(Wait, options.LeaseDuration / LooksPerLease);
        return taken;
    }

    private async Task<List<ShardView>> LookAsync(Shard[] shards, Action<string, Exception> refused, CancellationToken cancellation)
    {
        Wait = ListInterval;
        (StoredPointer? Stored, Exception? Failure)[] stored = await InChunksAsync(shards, shard => TryReadAsync(shard.Id, cancellation));
        var views = new List<ShardView>();
        for (int i = 0; i < shards.Length; i++)
        {
            Exception? failure = stored[i].Failure;
            try
            {
                if (failure is null) views.Add(stored[i].Stored is { } known ? View(shards[i], known) : await FirstViewAsync(shards[i], cancellation));
            }
            catch (Exception lost) when (lost is CheckpointRefusedException or StreamDataLossException)
            {
                failure = lost;
            }

            if (failure is null) continue;
            LeaveAlone(shards[i].Id);
            refused(shards[i].Id, failure);
        }

        return views;
    }

    private bool IsOpen(string shard) => !_ended.Contains(shard) && !_leftAlone.Contains(shard);

    private ShardView View(Shard shard, StoredPointer stored)
    {
        if (stored.Document.IsEnded)
        {
            Ended(shard.Id);
            return new ShardView(shard, stored, null, Holder: null);
        }

        return new ShardView(shard, stored, null, HolderOf(shard.Id, stored.Document));
    }

    private string? HolderOf(string shard, CheckpointPointer pointer)
    {
        // A shard that was asked for belongs to the one who asked, also when it was let go; for as long as a lease.
        CheckpointLease lease = pointer.Lease;
        string? holder = lease.RequestedBy ?? lease.Owner;
        if (pointer.IsEnded || holder is null || (lease.Owner is null && holder == worker)) return null;
        TimeSpan left = _leases.UntilExpiry(shard, lease);
        if (left <= TimeSpan.Zero) return null;
        Wait = Min(Wait, Min(left, TimeSpan.FromMicroseconds(lease.DurationMicros) / LooksPerLease));
        return holder;
    }

    private async Task<ShardView> FirstViewAsync(Shard shard, CancellationToken cancellation)
    {
        if (await FindOldAsync(shard.Id, cancellation) is not { } old) return new ShardView(shard, null, await FirstPointerAsync(shard, cancellation), Holder: null);
        // An owner of the older version that lives keeps the shard: it cannot be asked for it.
        return HolderOf(shard.Id, old.Pointer) is { } holder ? new ShardView(shard, null, null, holder) : View(shard, await MoveOldAsync(shard.Id, cancellation));
    }

    private async Task<CheckpointPointer?> FirstPointerAsync(Shard shard, CancellationToken cancellation)
    {
        var parents = new List<CheckpointPointer>();
        foreach (string parent in shard.ParentIds)
        {
            StoredPointer? stored = await ReadAsync(parent, cancellation);
            bool isListed = _shards.Any(other => other.Id == parent);
            // Of one that is listed the look at itself takes care.
            if (stored is null && !isListed && await FindOldAsync(parent, cancellation) is not null) stored = await MoveOldAsync(parent, cancellation);
            if (ShardInheritance.MustWaitFor(stored?.Document, isListed)) return null;
            // A parent that is gone and was never read is of before this application's time.
            if (stored is null) continue;
            if (!isListed && !stored.Document.IsEnded) AcceptLoss(shard.Id, stored.Document);
            parents.Add(stored.Document);
        }

        return ShardInheritance.FirstPointer(shard, checkpoints.Origin(shard.Id), parents, parents.Count(parent => !parent.IsEnded), _startAt);
    }

    private void AcceptLoss(string shard, CheckpointPointer parent)
    {
        var loss = new StreamDataLossException(
            $"{stream.Address}, {parent.Shard} is gone, and was read only to {parent.Position}: the rest of it is lost to its child {shard}. "
            + "To go on without it, start a consumer with --on-data-loss continue.");
        if (options.OnDataLoss == DataLossReaction.Stop) throw loss;
        DataLost(logger, shard, loss.Message);
    }

    private Task<OldCheckpoint?> FindOldAsync(string shard, CancellationToken cancellation)
        => checkpoints.Retry.RunAsync(token => checkpoints.Old.FindAsync(shard, token), cancellation);

    private Task<StoredPointer> MoveOldAsync(string shard, CancellationToken cancellation) => checkpoints.Retry.RunAsync(
        async token =>
        {
            OldCheckpoint old = await checkpoints.Old.FindAsync(shard, token) ?? throw new LostRaceException(shard);
            StoredPointer moved = await checkpoints.Old.MoveAsync(old, token);
            OldMoved(logger, shard);
            return moved;
        },
        cancellation);

    private async Task<(ShardLease? Lease, Exception? Failure)> TryTakeAsync(ShardView view, CancellationToken cancellation)
    {
        CheckpointPointer before = view.Checkpoint?.Document ?? view.FirstPointer!;
        CheckpointLease lease = before.Lease;
        CheckpointPointer document = before with
        {
            IsDone = false,
            Problem = ShardLease.NotReadYet,
            WrittenAt = IsoTime.ToMicros(time.GetUtcNow()),
            Lease = new CheckpointLease(worker, lease.Epoch + 1, lease.Counter + 1, (long)options.LeaseDuration.TotalMicroseconds, RequestedBy: null),
        };
        try
        {
            foreach (string name in await checkpoints.Retry.RunAsync(token => checkpoints.ListStatesAsync(view.Shard.Id, token), cancellation))
            {
                if (name != before.State) await checkpoints.Retry.RunAsync(token => checkpoints.DeleteStateAsync(view.Shard.Id, name, token), cancellation);
            }

            StoredPointer? acquired = await checkpoints.Retry.RunAsync(token => checkpoints.PutAsync(document, view.Checkpoint?.Tag, token), cancellation);
            if (acquired is null) return (null, null);
            Taken(logger, view.Shard.Id, document.Lease.Epoch, lease.Owner ?? "nobody");
            return (new ShardLease(checkpoints, acquired, view.Shard, time, logger), null);
        }
        catch (StoreUnavailableException failure)
        {
            // The others that were taken must not be lost with it. If this one was taken all the same, it expires like any other.
            NotTaken(logger, view.Shard.Id, failure.Message);
            return (null, failure);
        }
    }

    private int Share(List<ShardView> views, int mine)
    {
        int workers = views.Select(view => view.Holder).Where(holder => holder is not null).Append(worker).Distinct().Count();
        int shards = mine + views.Count(view => view.IsFree || view.Holder is not null);
        return (shards + workers - 1) / workers;
    }

    private async Task AskAsync(List<ShardView> views, int mine, CancellationToken cancellation)
    {
        int have = mine + views.Count(view => view.Holder == worker);
        ShardView[]? most = views.Where(view => view.Holder is not null && view.Holder != worker).GroupBy(view => view.Holder)
            .Select(group => group.ToArray()).MaxBy(group => group.Length);
        if (most is null) return;
        ShardView[] askable = [.. most.Where(view => view.CanBeAsked)];
        random.Shuffle(askable);
        foreach (ShardView view in askable.Take((most.Length - have) / 2))
        {
            CheckpointPointer document = view.Checkpoint!.Document;
            // If this fails, the owner has written meanwhile: it is asked again at the next look.
            await checkpoints.PutAsync(document with { Lease = document.Lease with { RequestedBy = worker } }, view.Checkpoint.Tag, cancellation);
            Asked(logger, view.Shard.Id, view.Holder!);
        }
    }

    private async Task<(StoredPointer? Stored, Exception? Failure)> TryReadAsync(string shard, CancellationToken cancellation)
    {
        try
        {
            return (await ReadAsync(shard, cancellation), null);
        }
        catch (CheckpointRefusedException refused)
        {
            return (null, refused);
        }
    }

    private static async Task<TResult[]> InChunksAsync<T, TResult>(IEnumerable<T> items, Func<T, Task<TResult>> run)
    {
        var results = new List<TResult>();
        foreach (T[] chunk in items.Chunk(MaxConcurrentRequests)) results.AddRange(await Task.WhenAll(chunk.Select(run)));
        return [.. results];
    }

    private Task<StoredPointer?> ReadAsync(string shard, CancellationToken cancellation)
        => checkpoints.Retry.RunAsync(token => checkpoints.ReadAsync(shard, token), cancellation);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static long? StartAt(StartPosition start, TimeProvider time) => start.Kind switch
    {
        // As a time, so that neither a crash before the first checkpoint nor another worker skips what came since.
        StartKind.Latest => IsoTime.ToMicros(time.GetUtcNow()),
        StartKind.At => IsoTime.ToMicros(start.At),
        _ => null,
    };

    [LoggerMessage(201, LogLevel.Information, "{Shard}: taken with epoch {Epoch}; before, it was of {Before}")]
    private static partial void Taken(ILogger logger, string shard, long epoch, string before);

    [LoggerMessage(202, LogLevel.Information, "{Shard}: asked {Owner} for it, who has more shards than this worker")]
    private static partial void Asked(ILogger logger, string shard, string owner);

    [LoggerMessage(203, LogLevel.Error, "{Shard}: going on after a loss, as --on-data-loss says: {Problem}")]
    private static partial void DataLost(ILogger logger, string shard, string problem);

    [LoggerMessage(205, LogLevel.Information, "{Shard}: the checkpoint of an older version is moved to a pointer; older programs cannot write it any more")]
    private static partial void OldMoved(ILogger logger, string shard);

    [LoggerMessage(204, LogLevel.Warning, "{Shard}: could not be taken: {Problem}")]
    private static partial void NotTaken(ILogger logger, string shard, string problem);
}
