using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Streaming.Shared.Hosting;

/// <summary>Sends metrics where OpenTelemetry's own variables say; nowhere unless they do.</summary>
public static class OtlpExport
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static bool IsWanted => Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 };

    /// <summary>Sends until it is disposed, which sends the last figures. Null if it is not wanted.</summary>
    public static IDisposable? Start(string meterName) => IsWanted ? Export(meterName) : null;

    // Apart from the check, so that OpenTelemetry is not even loaded where nobody wants it.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static MeterProvider Export(string meterName)
        => Sdk.CreateMeterProviderBuilder().AddMeter(meterName).AddOtlpExporter().Build();
}
