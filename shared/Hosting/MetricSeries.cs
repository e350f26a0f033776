using System.Diagnostics.Metrics;
using System.Globalization;

namespace Streaming.Shared.Hosting;

/// <summary>The measurements of one instrument, by its labels, and their text.</summary>
internal sealed class MetricSeries
{
    /// <summary>Label sets of one metric; more are left out, since a label that never ends would fill the memory.</summary>
    public const int MaxLabelSets = 10_000;

    private readonly SortedDictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly string _help;
    private readonly Kind _kind;

    public MetricSeries(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        _kind = type == typeof(Counter<>) ? new Kind("counter", IsObserved: false, IsSum: true)
            : type == typeof(ObservableCounter<>) ? new Kind("counter", IsObserved: true, IsSum: false)
            : type == typeof(UpDownCounter<>) ? new Kind("gauge", IsObserved: false, IsSum: true)
            : type == typeof(Histogram<>) ? new Kind("summary", IsObserved: false, IsSum: true)
            : new Kind("gauge", instrument.IsObservable, IsSum: false);
        Name = PrometheusText.Name(instrument.Name, instrument.Unit, isCounter: _kind.Type == "counter");
        _help = PrometheusText.Help(instrument.Description ?? "");
    }

    /// <summary>As Prometheus knows it: <c>messaging_client_consumed_messages_total</c>.</summary>
    public string Name { get; }

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = PrometheusText.Labels(tags);
        lock (_values)
        {
            bool isKnown = _values.TryGetValue(labels, out Value old);
            if (!isKnown && _values.Count == MaxLabelSets) return;
            _values[labels] = new Value(_kind.IsSum ? old.Sum + value : value, old.Count + 1);
        }
    }

    /// <summary>What was observed last time may be gone, for instance a shard.</summary>
    public void BeginCollection()
    {
        if (!_kind.IsObserved) return;
        lock (_values) _values.Clear();
    }

    public void Write(TextWriter output)
    {
        lock (_values)
        {
            if (_values.Count == 0) return;
            output.WriteLine($"# HELP {Name} {_help}");
            output.WriteLine($"# TYPE {Name} {_kind.Type}");
            foreach ((string labels, Value value) in _values)
            {
                if (_kind.Type == "summary")
                {
                    output.WriteLine($"{Name}_sum{labels} {PrometheusText.Number(value.Sum)}");
                    output.WriteLine($"{Name}_count{labels} {value.Count.ToString(CultureInfo.InvariantCulture)}");
                }
                else
                {
                    output.WriteLine($"{Name}{labels} {PrometheusText.Number(value.Sum)}");
                }
            }
        }
    }

    /// <param name="Type">Prometheus' word.</param>
    /// <param name="IsObserved">Told anew at each collection.</param>
    /// <param name="IsSum">A measurement adds to the earlier ones, instead of taking their place.</param>
    private sealed record Kind(string Type, bool IsObserved, bool IsSum);

    private readonly record struct Value(double Sum, long Count);
}
