using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Http;
using Streaming.Consumer.Live;
using Streaming.Consumer.Telemetry;
using Streaming.Shared.Aws;
using Streaming.Shared.Hosting;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary>What others see of a run: its pages and its metrics, for as long as it lasts. Nothing is made that nobody asked for.</summary>
internal sealed class RunTelemetry : IAsyncDisposable
{
    private readonly ServiceProvider? _services;
    private readonly ConsumerMeter? _meter;
    private readonly IDisposable? _export;
    private readonly LiveView? _view;
    private readonly OperationsServer? _server;

    private RunTelemetry(ConsumerService service, IRecordStream stream, IObjectStore lake, ConsumerOptions options, AwsActivity aws, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.Http.Address is null && !OtlpExport.IsWanted) return;
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = _services.GetRequiredService<IMeterFactory>();
        if (service.Live is { } board) _view = new LiveView(service, stream, lake, options, board, aws, time, loggers);
        _server = OperationsServer.Start(options.Http, "consumer", LivePage.Pages(service, _view, time), meters, loggers);
        _meter = new ConsumerMeter(meters, service, options, aws, time);
        _export = OtlpExport.Start(ConsumerMeter.Name);
    }

    /// <exception cref="Shared.UsageException">The address that the user asked for cannot be taken.</exception>
    public static RunTelemetry Start(
        ConsumerService service, IRecordStream stream, IObjectStore lake, ConsumerOptions options, AwsActivity aws, TimeProvider time, ILoggerFactory loggers)
        => new(service, stream, lake, options, aws, time, loggers);

    /// <summary>Sends the last metrics; the pages go last, so that a drain can be watched to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _export?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_view is not null) await _view.DisposeAsync();
        _meter?.Dispose();
        if (_services is not null) await _services.DisposeAsync();
    }
}
