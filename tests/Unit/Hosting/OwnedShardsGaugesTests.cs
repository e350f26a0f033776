using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.Telemetry;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;
using Streaming.Shared.Hosting;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Hosting;

public sealed class OwnedShardsGaugesTests
{
    // Of a shard that is ended or another worker's, an age that grows for ever would be an alarm for ever.
    [Fact]
    public async Task ShardThatIsNotOwned_HasCountersAndNoGauges()
    {
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 1, new ManualTimeProvider(PipelineRun.Now));
        for (int i = 0; i < 3; i++) stream.Put("A", TickLog.Json("A", i, 1));
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        using var exposition = new PrometheusExposition(meter => meter.Scope == meters);
        string whileOwned = "";
        ConsumerService service = PipelineRun.Service(stream, new InMemoryObjectStore(), decoder: tickers => (in StreamRecord record, out DecodedTick tick) =>
        {
            whileOwned = exposition.Collect();
            new TickDecoder(tickers).Decode(record, out tick);
        });
        using var meter = new ConsumerMeter(meters, service, PipelineRun.Eager, new AwsActivity(), stream.Time);
        await PipelineRun.RunAsync(service, stream);

        string after = exposition.Collect();
        foreach (string gauge in (string[])["checkpoint_age", "behind", "watermark_delay", "read_age", "windows_open"])
        {
            Assert.Contains($"\nstreaming_consumer_{gauge}", whileOwned, StringComparison.Ordinal);
            Assert.DoesNotContain($"\nstreaming_consumer_{gauge}", after, StringComparison.Ordinal);
        }

        Assert.Contains("\nstreaming_consumer_windowed_total{", after, StringComparison.Ordinal);
    }
}
