using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Live;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>
/// One shard, for as long as this worker owns it, from its records to its rows: batches are pulled with <c>await</c>, run
/// synchronously through one observable chain (decode, window), and flushed beside it. Rx has no back-pressure across threads, so nothing is queued between the two.
/// </summary>
public sealed partial class ShardPipeline(
    IRecordStream stream, ShardFlusher flusher, ShardProgress progress, ConsumerOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Subject<RecordBatch> _batches = new();
    private readonly Subject<WindowedBatch> _windowed = new();
    private ExceptionDispatchInfo? _failure;

    /// <summary>What each batch came to, on the pull loop: to look at and return from, the batch is reused.</summary>
    public IObservable<WindowedBatch> Windowed => _windowed.AsObservable();

    /// <inheritdoc cref="ConsumerService.Decoder"/>
    public required Func<TickerTable, RecordDecoder> Decoder { get; init; }

    /// <summary>Shared with the worker's other shards.</summary>
    public required MemoryBudget Budget { get; init; }

    /// <inheritdoc cref="ConsumerService.Live"/>
    public LiveBoard? Live { get; init; }

    /// <summary>Runs until <paramref name="end"/> or <paramref name="drain"/>, then writes what is open and the checkpoint.</summary>
    /// <param name="abort">Gives up writing; the next owner repeats what is missing.</param>
    /// <returns>True if the shard is closed and read to its end.</returns>
    public async Task<bool> RunAsync(ShardLease lease, RunEnd end, CancellationToken drain, CancellationToken abort)
    {
        var windows = new ShardWindows(options.EventTime, new TickerTable(lease.Listed));
        ShardFold fold = await lease.LoadAsync(abort);
        windows.Restore(fold);
        progress.Begin(windows);
        using IDisposable budget = Budget.Join();
        var flushes = new FlushLoop(windows, flusher, lease, options.Flush, Budget, time, logger);

        var faults = new ShardFaultLog(lease.Shard, windows.Books, logger);
        using IDisposable chain = _batches
            .Select(new BatchDecoder(Decoder(windows.Tickers)).Decode)
            .Select(windows.Add)
            .Do(faults.Tell)
            .Subscribe(_windowed.OnNext, failure => _failure = ExceptionDispatchInfo.Capture(failure));
        using LiveShard? live = Live?.Join(lease.Shard, windows);
        using IDisposable? shown = live is null ? null : _windowed.Subscribe(live);

        bool isEnded = false;
        await using var reader = new ShardReading(stream, lease, fold, options, logger);
        while (!isEnded && await reader.ReadAsync(windows.Position, drain) is { } batch)
        {
            _batches.OnNext(batch);
            _failure?.Throw();
            await flushes.AfterBatchAsync(batch, abort);
            progress.Update(batch, windows, flushes.Figures, flusher.Bars);
            isEnded = batch.IsEndOfShard;
            if (!isEnded && end.IsReached(lease.Shard, batch, flushes.IdleSince)) break;

            // Gives other shards and the flush their turn on this thread; a local stream may never wait by itself.
            await Task.Yield();
        }

        faults.JudgeLateness(windows.Books);
        if (end.EndNotKnown(lease.Shard) is { } why) EndNotKnown(logger, lease.Shard, why);
        await flushes.FinishAsync(abort);
        progress.Finish(windows, flushes.Figures, flusher.Bars);
        return isEnded;
    }

    [LoggerMessage(108, LogLevel.Warning, "{Shard}: --once ends here, and it is not known whether all is read that was there at its start: {Reason}. Run it again to read on")]
    private static partial void EndNotKnown(ILogger logger, string shard, string reason);

    public void Dispose()
    {
        _batches.Dispose();
        _windowed.Dispose();
    }
}
