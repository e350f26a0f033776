using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Shared.Hosting;

namespace Streaming.Producer.Telemetry;

/// <summary>
/// The producer's instruments, over the same counters that its progress line shows. They are observed, so that a record costs
/// nothing, and exist only where OpenTelemetry is told to send them.
/// </summary>
public sealed class ReplayMeter : IDisposable
{
    public const string Name = "Streaming.Producer";

    private readonly Meter _meter;
    private ServiceProvider? _services;
    private IDisposable? _export;

    public ReplayMeter(IMeterFactory meters, ReplayProgress progress, string streamAddress)
    {
        _meter = meters.Create(Name);
        KeyValuePair<string, object?>[] tags = MessagingTags.Of(streamAddress);
        Count("messaging.client.sent.messages", "{message}", "Records that the stream acknowledged.", () => progress.Sent);
        Count("streaming.producer.sent", "By", "Bytes of JSON in them.", () => progress.BytesSent);
        Count("streaming.producer.throttled", "{message}", "Records refused for their rate.", () => progress.Throttled);
        Count("streaming.producer.retried", "{message}", "Records sent again.", () => progress.Retried);
        Count("streaming.producer.rejected", "{row}", "Rows of the input that were refused.", () => progress.Rejected);
        _meter.CreateObservableGauge(
            "streaming.producer.lag", () => new Measurement<double>(progress.Lag.TotalSeconds, tags), "s", "How far the replay is behind its own schedule.");

        void Count(string name, string unit, string description, Func<long> value)
            => _meter.CreateObservableCounter(name, () => new Measurement<long>(value(), tags), unit, description);
    }

    /// <summary>Null where nobody wants the figures.</summary>
    public static ReplayMeter? Start(ReplayProgress progress, string streamAddress)
    {
        if (!OtlpExport.IsWanted) return null;
        ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        return new ReplayMeter(services.GetRequiredService<IMeterFactory>(), progress, streamAddress) { _services = services, _export = OtlpExport.Start(Name) };
    }

    /// <summary>Sends the last figures.</summary>
    public void Dispose()
    {
        _export?.Dispose();
        _meter.Dispose();
        _services?.Dispose();
    }
}
