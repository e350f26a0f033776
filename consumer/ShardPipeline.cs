using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>
/// One shard, from its records to its rows: batches are pulled with <c>await</c>, run synchronously through one observable chain
/// (decode, window), and flushed beside it. Rx has no back-pressure across threads, so nothing is queued between the two.
/// </summary>
public sealed partial class ShardPipeline(
    IRecordStream stream, string shard, ShardFlusher flusher, ConsumerOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Subject<RecordBatch> _batches = new();
    private readonly Subject<WindowedBatch> _windowed = new();
    private ExceptionDispatchInfo? _failure;

    /// <summary>What each batch came to, on the pull loop: to look at and return from, the batch is reused.</summary>
    public IObservable<WindowedBatch> Windowed => _windowed.AsObservable();

    /// <inheritdoc cref="ConsumerService.Decoder"/>
    public required Func<TickerTable, RecordDecoder> Decoder { get; init; }

    public ShardProgress Progress { get; } = new(shard, time);

    /// <summary>Runs until <paramref name="end"/> or <paramref name="drain"/>, then writes what is open and the checkpoint.</summary>
    /// <param name="abort">Gives up writing; the next run repeats what is missing.</param>
    public async Task RunAsync(RunEnd end, int shardIndex, CancellationToken drain, CancellationToken abort)
    {
        var windows = new ShardWindows(options.EventTime, new TickerTable());
        ShardFold? fold = await flusher.Checkpoints.LoadAsync(drain);
        if (fold is not null) windows.Restore(fold);
        Progress.Begin(windows);
        var flushes = new FlushLoop(windows, flusher, options.Flush, shard, time, logger);

        using IDisposable chain = _batches
            .Select(new BatchDecoder(Decoder(windows.Tickers)).Decode)
            .Select(windows.Add)
            .Do(Tell)
            .Subscribe(_windowed.OnNext, failure => _failure = ExceptionDispatchInfo.Capture(failure));

        await using IShardReader reader = await stream.OpenReaderAsync(shard, StartOf(fold), drain);
        while (await ReadAsync(reader, drain) is { } batch)
        {
            _batches.OnNext(batch);
            _failure?.Throw();
            await flushes.AfterBatchAsync(batch, abort);
            Progress.Update(batch, windows, flushes.Figures, flusher.Bars.Puts);
            if (end.IsReached(shardIndex, batch, flushes.IdleSince)) break;

            // Gives other shards and the flush their turn on this thread; a local stream may never wait by itself.
            await Task.Yield();
        }

        await flushes.FinishAsync(abort);
        Progress.Finish(windows, flushes.Figures, flusher.Bars.Puts);
    }

    // Once a batch: if the bug is in every record, the log is not to drown in it. Each record stands in quarantine/ with its reason.
    private void Tell(WindowedBatch batch)
    {
        if (batch.Decoded.Failures is not [RecordFailure first, ..] failures) return;
        RecordsFailed(logger, first.Exception, shard, failures.Count, first.SequenceNumber.ToString());
    }

    private StreamPosition StartOf(ShardFold? fold)
    {
        if (fold is not null && fold.Position != SequenceNumber.None) return StreamPosition.After(fold.Position);
        return options.Start.Kind switch
        {
            StartKind.Latest => StreamPosition.Latest,
            StartKind.At => StreamPosition.At(options.Start.At),
            _ => StreamPosition.TrimHorizon,
        };
    }

    /// <summary>The next batch, or null if the consumer is to drain.</summary>
    private static async Task<RecordBatch?> ReadAsync(IShardReader reader, CancellationToken drain)
    {
        try
        {
            return drain.IsCancellationRequested ? null : await reader.ReadAsync(drain);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            return null;
        }
    }

    [LoggerMessage(102, LogLevel.Error, "{Shard}: failed on {Count} records of a batch, the first is {SequenceNumber}; they go to quarantine/ and reading goes on. This is a bug of the consumer")]
    private static partial void RecordsFailed(ILogger logger, Exception exception, string shard, int count, string sequenceNumber);

    public void Dispose()
    {
        _batches.Dispose();
        _windowed.Dispose();
    }
}
