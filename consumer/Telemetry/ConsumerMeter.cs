using System.Diagnostics.Metrics;
using Streaming.Shared.Aws;
using Streaming.Shared.Hosting;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Telemetry;

/// <summary>
/// The consumer's instruments. All are observed: they look at the shards' figures when somebody asks, so that a record costs
/// nothing. Counters count what this process did.
/// </summary>
public sealed class ConsumerMeter : IDisposable
{
    public const string Name = "Streaming.Consumer";

    private readonly ConsumerService _service;
    private readonly TimeProvider _time;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly Meter _meter;

    /// <param name="aws">Whose retries and throttles are told.</param>
    public ConsumerMeter(IMeterFactory meters, ConsumerService service, ConsumerOptions options, AwsActivity aws, TimeProvider time)
    {
        (_service, _time) = (service, time);
        _tags = [.. MessagingTags.Of(options.Stream), new(MessagingTags.ConsumerGroup, options.AppName)];
        _meter = meters.Create(Name);

        Count("messaging.client.consumed.messages", "{message}", "Records read.", shard => shard.BooksNow.Read);
        Count("streaming.consumer.read", "By", "Bytes of the records read.", shard => shard.BytesRead);
        Count("streaming.consumer.windowed", "{message}", "Ticks that went into a window.", shard => shard.BooksNow.Windowed);
        Count("streaming.consumer.late", "{message}", "Ticks that came after their window was closed for good.", shard => shard.BooksNow.Late);
        Count("streaming.consumer.quarantined", "{message}", "Records that could not be decoded, or that the consumer failed on.", shard => shard.BooksNow.Quarantined);
        Count("streaming.consumer.misrouted", "{message}", "Of the quarantined, records of tickers that belong to another shard.", shard => shard.BooksNow.Misrouted);
        Count("streaming.consumer.repeated", "{message}", "Records known to be repeats of others.", shard => shard.BooksNow.Repeated);
        Count("streaming.consumer.failures", "{message}", "Records that the consumer failed on, which are quarantined: bugs.", shard => shard.FailureCount);
        Count("streaming.consumer.ignored.values", "{value}", "Unusable opens, highs, lows and volumes; their ticks count without them.", shard => shard.IgnoredValues);
        Count("streaming.consumer.windows.written", "{window}", "Windows whose row was written, again each time that it was corrected.", shard => shard.Flushes.Windows);
        Count("streaming.consumer.flushes", "{flush}", "Flushes that ended, well or not.", shard => shard.Flushes.Flushes);
        Count("streaming.consumer.flush.failures", "{flush}", "Flushes of which some part failed.", shard => shard.Flushes.Failed);
        _meter.CreateObservableCounter(
            "streaming.consumer.flush.time", () => Each(shard => shard.Flushes.Seconds), "s", "Time that the flushes took together.");
        _meter.CreateObservableCounter(
            "streaming.consumer.lake.puts", Puts, "{put}", "Conditional puts of row objects: written, lost to another writer, or failed.");

        _meter.CreateObservableCounter("streaming.consumer.lease.moves", LeaseMoves, "{shard}", "Shards that were taken, let go, or lost to another worker.");
        _meter.CreateObservableCounter(
            "streaming.aws.throttled", () => new Measurement<long>(aws.Throttled, _tags), "{request}", "Requests to Kinesis and Glue that were refused for their rate.");
        _meter.CreateObservableCounter(
            "streaming.aws.retried", () => new Measurement<long>(aws.Retried, _tags), "{request}", "Requests to Kinesis and Glue that were made again, for whatever reason.");

        Gauge("streaming.consumer.watermark.delay", "s", "How far the shard's event time is behind the clock; of a replay of history it is as old as that.", WatermarkDelay);
        Gauge("streaming.consumer.behind", "s", "How far the last read was behind the tip of the shard.", shard => shard.MillisBehindLatest / 1000.0);
        Gauge("streaming.consumer.windows.open", "{window}", "Windows in memory.", shard => shard.WindowCount);
        Gauge("streaming.consumer.checkpoint.age", "s", "Since the last checkpoint of this process.", shard => Age(shard.Flushes.CheckpointedAt));
        Gauge("streaming.consumer.read.age", "s", "Since the stream last answered, with records or without.", shard => Age(shard.LastReadAt));
        if (service.Catalog is not { } catalog) return;
        _meter.CreateObservableGauge("streaming.consumer.catalog.pending", () => catalog.PendingCount, "{partition}", "Partitions that wait for the catalog.");
        _meter.CreateObservableCounter("streaming.consumer.catalog.failures", () => catalog.FailureCount, "{call}", "Attempts to register partitions that failed.");
    }

    private void Count(string name, string unit, string description, Func<ShardFigures, long> value)
        => _meter.CreateObservableCounter(name, () => Each(value), unit, description);

    private void Gauge(string name, string unit, string description, Func<ShardFigures, double?> value)
        // The last value of a shard that this worker no longer owns would look current.
        => _meter.CreateObservableGauge(name, () => Figures().Where(shard => shard.IsOwned && value(shard) is not null)
            .Select(shard => new Measurement<double>(value(shard)!.Value, Tags(shard))), unit, description);

    private IEnumerable<Measurement<T>> Each<T>(Func<ShardFigures, T> value)
        where T : struct
        => Figures().Select(shard => new Measurement<T>(value(shard), Tags(shard)));

    private IEnumerable<Measurement<long>> Puts()
    {
        foreach (ShardFigures shard in Figures())
        {
            yield return new(shard.Puts.Written, Tags(shard, "written"));
            yield return new(shard.Puts.Conflicts, Tags(shard, "conflict"));
            yield return new(shard.Puts.Failed, Tags(shard, "failed"));
        }
    }

    private IEnumerable<Measurement<long>> LeaseMoves()
    {
        LeaseMoves moves = _service.LeaseMoves;
        yield return new(moves.Taken, [.. _tags, new("outcome", "taken")]);
        yield return new(moves.LetGo, [.. _tags, new("outcome", "let_go")]);
        yield return new(moves.Lost, [.. _tags, new("outcome", "lost")]);
    }

    private double? WatermarkDelay(ShardFigures shard)
        => shard.ShardMicros == long.MinValue ? null : (IsoTime.ToMicros(_time.GetUtcNow()) - shard.ShardMicros) / 1e6;

    private IEnumerable<ShardFigures> Figures() => _service.Shards;

    private KeyValuePair<string, object?>[] Tags(ShardFigures shard) => [.. _tags, new(MessagingTags.PartitionId, shard.Shard)];

    private KeyValuePair<string, object?>[] Tags(ShardFigures shard, string outcome) => [.. Tags(shard), new("outcome", outcome)];

    private double? Age(long? timestamp) => timestamp is { } at ? _time.GetElapsedTime(at).TotalSeconds : null;

    public void Dispose() => _meter.Dispose();
}
