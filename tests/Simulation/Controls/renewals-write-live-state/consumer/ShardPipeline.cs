using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>Control: a renewal writes position, books and windows as they are in memory, whether or not what the position passes is stored.</summary>
public sealed class ShardPipeline(
    IRecordStream stream, ShardFlusher flusher, ShardProgress progress, ConsumerOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Subject<RecordBatch> _batches = new();
    private readonly Subject<WindowedBatch> _windowed = new();
    private ExceptionDispatchInfo? _failure;

    public IObservable<WindowedBatch> Windowed => _windowed.AsObservable();

    public required Func<TickerTable, RecordDecoder> Decoder { get; init; }

    public Live.LiveBoard? Live { get; init; }

    public required MemoryBudget Budget { get; init; }

    public async Task<bool> RunAsync(ShardLease lease, RunEnd end, CancellationToken drain, CancellationToken abort)
    {
        var windows = new ShardWindows(options.EventTime, new TickerTable(lease.Listed));
        ShardFold fold = await lease.LoadAsync(abort);
        windows.Restore(fold);
        progress.Begin(windows);
        using IDisposable budget = Budget.Join();
        var flushes = new FlushLoop(windows, flusher, lease, options.Flush, Budget, time, logger);
        using IDisposable chain = _batches
            .Select(new BatchDecoder(Decoder(windows.Tickers)).Decode)
            .Select(windows.Add)
            .Subscribe(_windowed.OnNext, failure => _failure = ExceptionDispatchInfo.Capture(failure));

        bool isEnded = false;
        long renewed = time.GetTimestamp();
        await using var reader = new ShardReading(stream, lease, fold, options, logger);
        while (!isEnded && await reader.ReadAsync(windows.Position, drain) is { } batch)
        {
            _batches.OnNext(batch);
            _failure?.Throw();
            if (time.GetElapsedTime(renewed) >= lease.Duration / 3)
            {
                await RenewAsync(lease, windows.Snapshot(openWindowsToo: false), abort);
                renewed = time.GetTimestamp();
            }

            await flushes.AfterBatchAsync(batch, abort);
            progress.Update(batch, windows, flushes.Figures, flusher.Bars);
            isEnded = batch.IsEndOfShard;
            if (!isEnded && end.IsReached(lease.Shard, batch, flushes.IdleSince)) break;
            await Task.Yield();
        }

        await flushes.FinishAsync(abort);
        progress.Finish(windows, flushes.Figures, flusher.Bars);
        return isEnded;
    }

    private static async Task RenewAsync(ShardLease lease, FlushSnapshot live, CancellationToken cancellation)
    {
        try
        {
            await lease.SaveAsync(live, isWritten: _ => false, problem: null, cancellation);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LostRaceException)
        {
            // As after a renewal that failed: the next one may not.
        }
    }

    public void Dispose()
    {
        _batches.Dispose();
        _windowed.Dispose();
    }
}
