using System.Diagnostics.Metrics;

namespace Streaming.Shared.Hosting;

/// <summary>
/// The instruments of some meters as Prometheus reads them (text format 0.0.4). Owns the listener and its sums; does not own the
/// meters, nor how the text travels. A histogram is a summary without quantiles: its sum and its count.
/// </summary>
public sealed class PrometheusExposition : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <param name="isWanted">Which meters; asked once for each instrument.</param>
    public PrometheusExposition(Predicate<Meter> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isWanted(instrument.Meter)) listener.EnableMeasurementEvents(instrument, SeriesOf(instrument));
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => ((MetricSeries)series!).Add(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => ((MetricSeries)series!).Add(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => ((MetricSeries)series!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and gives the text, metrics by name.</summary>
    public string Collect()
    {
        lock (_lock)
        {
            foreach (MetricSeries series in _series.Values) series.BeginCollection();
            _listener.RecordObservableInstruments();
            var output = new StringWriter { NewLine = "\n" };
            foreach (MetricSeries series in _series.Values) series.Write(output);
            return output.ToString();
        }
    }

    private MetricSeries SeriesOf(Instrument instrument)
    {
        var fresh = new MetricSeries(instrument);
        lock (_lock)
        {
            // Two meters may have an instrument of one name; Prometheus takes a name once.
            if (_series.TryGetValue(fresh.Name, out MetricSeries? known)) return known;
            _series.Add(fresh.Name, fresh);
            return fresh;
        }
    }

    public void Dispose() => _listener.Dispose();
}
