using Microsoft.Extensions.Logging;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>
/// Owns: the shards of a run, from the check of its two addresses to the drain. Does not own: what a shard does
/// (<see cref="ShardPipeline"/>), signals, and what is printed.
/// </summary>
public sealed class ConsumerService(
    IRecordStream stream, IObjectStore lake, ConsumerOptions options, TimeProvider time, Random random, ILoggerFactory loggers,
    PartitionRegistrar? catalog = null)
{
    private readonly List<ShardPipeline> _pipelines = [];

    /// <summary>The shards of this run, once it has begun.</summary>
    public IReadOnlyList<ShardPipeline> Pipelines
    {
        get
        {
            lock (_pipelines) return [.. _pipelines];
        }
    }

    /// <summary>Null if the partitions are registered nowhere.</summary>
    public PartitionRegistrar? Catalog => catalog;

    /// <summary>Makes what decodes the records of a shard, whose tickers it is given. Another one is another format.</summary>
    public Func<TickerTable, RecordDecoder> Decoder { get; init; } = tickers => new TickDecoder(tickers).Decode;

    /// <summary>Nothing is read any more: what is open is being written, or all is done.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>
    /// Runs until <paramref name="drain"/> or the end that the options set; then what is open is written. A shard that fails ends
    /// the run: the others drain, and its error is thrown.
    /// </summary>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    /// <exception cref="StoreUnavailableException">The lake cannot be written.</exception>
    /// <exception cref="CheckpointRefusedException">A checkpoint is another stream's, or another consumer has written it.</exception>
    /// <exception cref="ForeignObjectException">An object in the lake is another stream's or program's.</exception>
    /// <exception cref="StreamDataLossException">Records between the checkpoint and the stream are gone.</exception>
    public async Task RunAsync(CancellationToken drain)
    {
        try
        {
            await OpenAsync(drain);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // Told to stop before anything was read: that is a drain with nothing in it.
            return;
        }

        await RunShardsAsync(drain);
    }

    private async Task OpenAsync(CancellationToken drain)
    {
        StreamDescription description = await stream.DescribeAsync(drain);
        await lake.CheckWritableAsync(drain);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(drain);
        lock (_pipelines) _pipelines.AddRange(shards.Select(shard => Pipeline(shard, shards, description)));
    }

    private async Task RunShardsAsync(CancellationToken drain)
    {
        using var stopAll = CancellationTokenSource.CreateLinkedTokenSource(drain);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using CancellationTokenRegistration drainTimeout = stopAll.Token.Register(() =>
        {
            IsDraining = true;
            abort.CancelAfter(options.DrainTimeout);
        });

        var end = new RunEnd(options, _pipelines.Count, time);
        try
        {
            await Task.WhenAll(Pipelines.Select((pipeline, index) => RunShardAsync(pipeline, end, index, stopAll, abort.Token)));
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            throw new DrainTimeoutException(options.DrainTimeout);
        }
        finally
        {
            IsDraining = true;
            foreach (ShardPipeline pipeline in Pipelines) pipeline.Dispose();
        }
    }

    private static async Task RunShardAsync(
        ShardPipeline pipeline, RunEnd end, int index, CancellationTokenSource stopAll, CancellationToken abort)
    {
        try
        {
            await Task.Yield();
            await pipeline.RunAsync(end, index, stopAll.Token, abort);
        }
        catch (OperationCanceledException) when (stopAll.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            // Told to stop before its first read.
        }
        catch
        {
            await stopAll.CancelAsync();
            throw;
        }
    }

    private ShardPipeline Pipeline(Shard shard, IReadOnlyList<Shard> shards, StreamDescription description)
    {
        var origin = new ObjectOrigin(description.Name, description.CreationId, options.AppName, shard.Id);
        var retry = new StoreRetry(time, random);
        var flusher = new ShardFlusher(
            new BarWriter(lake, origin, Ancestors(shard, shards), retry, catalog is null ? null : catalog.Add),
            new KeptRecordWriter(lake, origin, retry),
            new CheckpointStore(lake, origin, retry));
        return new ShardPipeline(stream, shard.Id, flusher, options, time, loggers.CreateLogger("consumer.shard")) { Decoder = Decoder };
    }

    private static HashSet<string> Ancestors(Shard shard, IReadOnlyList<Shard> shards)
    {
        var ancestors = new HashSet<string>();
        var next = new Queue<string>(shard.ParentIds);
        while (next.TryDequeue(out string? id))
        {
            if (!ancestors.Add(id)) continue;
            foreach (string parent in shards.FirstOrDefault(other => other.Id == id)?.ParentIds ?? []) next.Enqueue(parent);
        }

        return ancestors;
    }
}

/// <summary>The drain took longer than it may. Nothing is lost: the next run repeats what was not written.</summary>
public sealed class DrainTimeoutException(TimeSpan timeout)
    : Exception($"What was open could not be written within --drain-timeout {Shared.Settings.DurationText.Format(timeout)}; the next run writes it.");
