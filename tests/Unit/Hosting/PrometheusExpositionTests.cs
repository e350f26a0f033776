using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Producer;
using Streaming.Producer.Telemetry;
using Streaming.Shared.Hosting;

namespace Streaming.Tests.Unit.Hosting;

public sealed class PrometheusExpositionTests : IDisposable
{
    private readonly Meter _meter = new("Streaming.Test");
    private readonly PrometheusExposition _exposition;

    public PrometheusExpositionTests() => _exposition = new PrometheusExposition(meter => meter == _meter);

    [Fact]
    public void EachKindOfInstrument_HasItsText()
    {
        Counter<long> counter = _meter.CreateCounter<long>("a.puts", "{put}", "Puts.");
        counter.Add(2, new("outcome", "written"), new("shard.id", 7));
        counter.Add(3, new("outcome", "written"), new("shard.id", 7));
        counter.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
        Gauge<double> gauge = _meter.CreateGauge<double>("b.age", "s");
        gauge.Record(5);
        gauge.Record(0.25);
        Histogram<int> histogram = _meter.CreateHistogram<int>("c.size", "By");
        histogram.Record(10);
        histogram.Record(32);
        _meter.CreateObservableCounter("d.sent", () => 4L, "By");
        _meter.CreateUpDownCounter<int>("e.open").Add(-1);

        Assert.Equal(
            """
            # HELP a_puts_total Puts.
            # TYPE a_puts_total counter
            a_puts_total{outcome="failed"} 1
            a_puts_total{outcome="written",shard_id="7"} 5
            # HELP b_age_seconds 
            # TYPE b_age_seconds gauge
            b_age_seconds 0.25
            # HELP c_size_bytes 
            # TYPE c_size_bytes summary
            c_size_bytes_sum 42
            c_size_bytes_count 2
            # HELP d_sent_bytes_total 
            # TYPE d_sent_bytes_total counter
            d_sent_bytes_total 4
            # HELP e_open 
            # TYPE e_open gauge
            e_open -1

            """,
            _exposition.Collect());
    }

    [Fact]
    public void ObservedValueThatIsGone_IsNoLongerThere()
    {
        int[] shards = [1, 2];
        _meter.CreateObservableGauge("open", () => shards.Select(shard => new Measurement<int>(shard, new KeyValuePair<string, object?>("shard", shard))));
        Assert.Contains("open{shard=\"2\"} 2\n", _exposition.Collect(), StringComparison.Ordinal);
        shards = [1];
        Assert.DoesNotContain("shard=\"2\"", _exposition.Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public void LabelWithQuotesAndNewlines_IsEscaped()
    {
        _meter.CreateCounter<int>("x").Add(1, new KeyValuePair<string, object?>("path", "a\"b\\c\nd"));
        Assert.Contains("x_total{path=\"a\\\"b\\\\c\\nd\"} 1\n", _exposition.Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public void OtherMeters_AreLeftOut()
    {
        using var other = new Meter("Streaming.Other");
        other.CreateCounter<int>("y").Add(1);
        Assert.Equal("", _exposition.Collect());
    }

    [Fact]
    public void Replay_IsSeenThroughItsProgress()
    {
        var progress = new ReplayProgress { Sent = 10, Retried = 3, Lag = TimeSpan.FromSeconds(1.5) };
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var replay = new ReplayMeter(services.GetRequiredService<IMeterFactory>(), progress, "kinesis://stock_stream");
        using var exposition = new PrometheusExposition(meter => meter.Name == ReplayMeter.Name);
        string text = exposition.Collect();
        const string labels = "{messaging_system=\"aws_kinesis\",messaging_destination_name=\"stock_stream\"}";
        Assert.Contains($"messaging_client_sent_messages_total{labels} 10\n", text, StringComparison.Ordinal);
        Assert.Contains($"streaming_producer_retried_total{labels} 3\n", text, StringComparison.Ordinal);
        Assert.Contains($"streaming_producer_lag_seconds{labels} 1.5\n", text, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _exposition.Dispose();
        _meter.Dispose();
    }
}
