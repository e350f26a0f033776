using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Live;
using Streaming.Consumer.Progress;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>
/// Owns: one worker's run, from the check of its two addresses to the drain: it takes shards, runs each, and lets them go. Does not
/// own: which shards (<see cref="ShardAssigner"/>), what a shard does (<see cref="ShardPipeline"/>), signals, and what is printed.
/// </summary>
public sealed partial class ConsumerService(
    IRecordStream stream, IObjectStore lake, ConsumerOptions options, TimeProvider time, Random random, ILoggerFactory loggers,
    PartitionRegistrar? catalog = null)
{
    private readonly ILogger _logger = loggers.CreateLogger("consumer.worker");
    private readonly SortedDictionary<string, ShardProgress> _progress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<ShardOutcome>> _running = [];
    private readonly RunEnd _end = new(options, time);
    private CancellationTokenSource? _wake;
    private Exception? _failure;
    private Exception? _blocked;

    /// <summary>This process among the workers of its application.</summary>
    public string Worker { get; } = options.WorkerId.Length > 0 ? options.WorkerId : $"worker-{random.NextInt64():x}";

    /// <summary>The shards that this worker has or had, by name.</summary>
    public IReadOnlyList<ShardFigures> Shards
    {
        get
        {
            lock (_progress) return [.. _progress.Values.Select(progress => progress.Figures)];
        }
    }

    /// <summary>What became of the records that this process read.</summary>
    public Books BooksNow => Shards.Aggregate(default(Books), (sum, shard) => sum + shard.BooksNow);

    /// <summary>Null if the partitions are registered nowhere.</summary>
    public PartitionRegistrar? Catalog => catalog;

    /// <summary>The shards were looked at, and those that are this worker's are being read; it may be that none is.</summary>
    public bool IsAssigned { get; private set; }

    /// <summary>Makes what decodes the records of a shard, whose tickers it is given. Another one is another format.</summary>
    public Func<TickerTable, RecordDecoder> Decoder { get; init; } = tickers => new TickDecoder(tickers).Decode;

    /// <summary>Bounds the memory of all shards together.</summary>
    public MemoryBudget Budget { get; init; } = new();

    /// <summary>Where the shards show what they are at; null if nobody can look.</summary>
    public LiveBoard? Live { get; init; }

    /// <summary>How often shards came to this worker and left it.</summary>
    public LeaseMoves LeaseMoves { get; private set; }

    /// <summary>Nothing is read any more: what is open is being written, or all is done.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>
    /// Runs until <paramref name="drain"/> or the end that the options set; then what is open is written. A shard that cannot be read
    /// on stops, and the others go on; its error is thrown at the end.
    /// </summary>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    /// <exception cref="StoreUnavailableException">The lake cannot be written.</exception>
    /// <exception cref="CheckpointRefusedException">A checkpoint is another stream's or version's.</exception>
    /// <exception cref="ForeignObjectException">An object in the lake is another stream's or program's: rows of its ticker and day wait.</exception>
    /// <exception cref="BrokenObjectException">An object in the lake cannot be read: rows of its ticker and day wait.</exception>
    /// <exception cref="StreamDataLossException">Records between the checkpoint and the stream are gone.</exception>
    public async Task RunAsync(CancellationToken drain)
    {
        ShardAssigner assigner;
        CheckpointStore checkpoints;
        try
        {
            StreamDescription description = await stream.DescribeAsync(drain);
            var retry = new StoreRetry(time, random);
            await retry.RunAsync(lake.CheckWritableAsync, drain);
            checkpoints = new CheckpointStore(lake, description, options.AppName, retry);
            assigner = new ShardAssigner(stream, checkpoints, options, Worker, time, random, _logger);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // Told to stop before anything was read: that is a drain with nothing in it.
            return;
        }

        await RunShardsAsync(assigner, checkpoints, drain);
    }

    private async Task RunShardsAsync(ShardAssigner assigner, CheckpointStore checkpoints, CancellationToken drain)
    {
        using var stopAll = CancellationTokenSource.CreateLinkedTokenSource(drain);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using CancellationTokenRegistration drainTimeout = stopAll.Token.Register(() =>
        {
            IsDraining = true;
            abort.CancelAfter(options.DrainTimeout);
        });

        while (true)
        {
            await TakeAsync(assigner, checkpoints, stopAll.Token, abort.Token);
            if (_running.Count == 0 && IsOver(assigner, stopAll.Token)) break;
            await WaitAsync(assigner.Wait, stopAll.Token);
            foreach ((string shard, Task<ShardOutcome> run) in _running.Where(run => run.Value.IsCompleted).ToArray())
            {
                _running.Remove(shard);
                if (!await ReapAsync(assigner, shard, run, abort.Token)) stopAll.Cancel();
            }
        }

        IsDraining = true;
        if ((_failure ?? _blocked) is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    private async Task TakeAsync(ShardAssigner assigner, CheckpointStore checkpoints, CancellationToken stop, CancellationToken abort)
    {
        if (stop.IsCancellationRequested) return;
        try
        {
            foreach (ShardLease lease in await assigner.TakeAsync(_running.Keys, Fail, stop))
            {
                _end.Begin(lease.Shard);
                Task<ShardOutcome> run = RunShardAsync(lease, checkpoints, stop, abort);
                _running.Add(lease.Shard, run);
                LeaseMoves = LeaseMoves with { Taken = LeaseMoves.Taken + 1 };
                _ = WakeAfterAsync(run);
            }

            _end.Settle(assigner.IsSettled);
            IsAssigned = true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was taken in this moment is let go by its lease's expiry.
        }
        catch (Exception failure) when (IsAssigned && IsPassing(failure) && !_end.IsOneShot)
        {
            NotAssigned(_logger, failure.Message);
        }
    }

    private bool IsOver(ShardAssigner assigner, CancellationToken stop)
        => stop.IsCancellationRequested || (_end.IsOneShot ? assigner.IsSettled : _failure is not null && assigner.Open == 0);

    private async Task WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        // Who is to stop waits for the shards alone: they know how long they may take.
        if (stop.IsCancellationRequested)
        {
            await Task.WhenAny(_running.Values);
            return;
        }

        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stop);
        lock (_running) _wake = wake;
        if (!_running.Values.Any(run => run.IsCompleted)) await Pause(wait, wake.Token);
        lock (_running) _wake = null;
    }

    /// <summary>Ends the wait when a shard has ended.</summary>
    private async Task WakeAfterAsync(Task<ShardOutcome> run)
    {
        await Task.WhenAny(run);
        lock (_running) _wake?.Cancel();
    }

    private ConfiguredTaskAwaitable Pause(TimeSpan wait, CancellationToken cancellation) => Task.Delay(wait, time, cancellation)
        .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Draws the conclusions from the end of a shard's run; false if the whole worker is to stop.</summary>
    private async Task<bool> ReapAsync(ShardAssigner assigner, string shard, Task<ShardOutcome> run, CancellationToken abort)
    {
        _end.Forget(shard);
        try
        {
            ShardOutcome outcome = await run;
            LeaseMoves = outcome == ShardOutcome.Lost ? LeaseMoves with { Lost = LeaseMoves.Lost + 1 } : LeaseMoves with { LetGo = LeaseMoves.LetGo + 1 };
            if (outcome == ShardOutcome.Ended) assigner.Ended(shard);
            else if (_end.HasReached(shard)) assigner.LeaveAlone(shard);
            return true;
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            _failure ??= new DrainTimeoutException(options.DrainTimeout);
            return false;
        }
        catch (Exception failure)
        {
            LeaseMoves = LeaseMoves with { LetGo = LeaseMoves.LetGo + 1 };
            Fail(shard, failure);
            assigner.LeaveAlone(shard);
            return failure is CheckpointRefusedException or ForeignObjectException or StreamDataLossException;
        }
    }

    private void Fail(string shard, Exception failure)
    {
        _failure ??= failure;
        ShardStopped(_logger, shard, failure.Message);
    }

    private async Task<ShardOutcome> RunShardAsync(ShardLease lease, CheckpointStore checkpoints, CancellationToken drain, CancellationToken abort)
    {
        // Before anything else: a worker that has taken a shard and does not read it yet is not ready.
        ShardProgress progress = ProgressOf(lease.Shard);
        progress.Take();
        await Task.Yield();
        lease.NotReady = () => IsDraining ? "its worker drains" : progress.Figures.LastReadAt is null ? ShardLease.NotReadYet : null;
        ILogger logger = loggers.CreateLogger("consumer.shard");
        ObjectOrigin origin = checkpoints.Origin(lease.Shard);
        var flusher = new ShardFlusher(
            new BarWriter(lake, origin, lease.Ancestors.ToHashSet(), checkpoints.Retry, Budget, options.Backfill, catalog is null ? null : catalog.Add),
            // Beside those of the feed, whose shards have the same names.
            new KeptRecordWriter(lake, origin, checkpoints.Retry, options.Backfill ? $"{origin.Application}/{origin.Shard}" : null));
        using var pipeline = new ShardPipeline(stream, flusher, progress, options, time, logger) { Decoder = Decoder, Budget = Budget, Live = Live };
        try
        {
            ShardOutcome outcome = await new OwnedShard(lease, pipeline, time, logger).RunAsync(_end, drain, abort);
            // What waits for a blocked object is in the checkpoint; a run that ends with it says so.
            if (outcome == ShardOutcome.Released && (_end.IsOneShot || drain.IsCancellationRequested) && progress.Figures.Blocked is [BlockedObject first, ..])
                _blocked ??= first.Failure;
            return outcome;
        }
        catch (Exception failure) when (IsPassing(failure) && !_end.IsOneShot && !drain.IsCancellationRequested
            && (progress.Figures.LastReadAt is not null || failure is not StreamUnavailableException))
        {
            // The stream was read before, or the lake written to claim the shard, so the settings are right. A pause, and then it is taken again, here or elsewhere.
            ShardInterrupted(logger, lease.Shard, failure.Message);
            await Pause(options.Flush.RetryAfter, drain);
            return ShardOutcome.Released;
        }
        finally
        {
            progress.End();
        }
    }

    private ShardProgress ProgressOf(string shard)
    {
        lock (_progress)
        {
            if (!_progress.TryGetValue(shard, out ShardProgress? progress)) _progress.Add(shard, progress = new ShardProgress(shard, time));
            return progress;
        }
    }

    private static bool IsPassing(Exception failure) => failure is StreamUnavailableException or StoreUnavailableException or LostRaceException;

    [LoggerMessage(221, LogLevel.Error, "{Shard} is not read any more: {Problem}")]
    private static partial void ShardStopped(ILogger logger, string shard, string problem);

    [LoggerMessage(222, LogLevel.Error, "{Shard}: interrupted, and begun again soon: {Problem}")]
    private static partial void ShardInterrupted(ILogger logger, string shard, string problem);

    [LoggerMessage(223, LogLevel.Error, "Shards and leases cannot be looked at, which is tried again: {Problem}")]
    private static partial void NotAssigned(ILogger logger, string problem);
}

/// <summary>How often shards came to a worker and left it.</summary>
/// <param name="LetGo">On purpose, or because the shard could not be read on.</param>
/// <param name="Lost">To another worker.</param>
public readonly record struct LeaseMoves(long Taken, long LetGo, long Lost);

/// <summary>The drain took longer than it may. Nothing is lost: the next run repeats what was not written.</summary>
public sealed class DrainTimeoutException(TimeSpan timeout)
    : ActionableException($"What was open could not be written within --drain-timeout {DurationText.Format(timeout)}; the next run writes it.");
