using System.Globalization;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Simulation.Market;

/// <summary>
/// What the lake must come to hold: a plain fold over the ticks in the order in which the stream took them, with nothing of the
/// consumer in it but the shape of a row. Knows every state that a row passes through, because a reader may see any of them.
/// </summary>
internal sealed class Oracle(TimeSpan allowedLateness)
{
    private const long MinuteMicros = 60_000_000;

    private readonly Dictionary<string, long> _watermarks = [];
    private readonly Dictionary<(string Ticker, long StartMicros), ExpectedWindow> _windows = [];
    private readonly Dictionary<(string Ticker, string Run), long> _runs = [];
    private readonly List<(SequenceNumber Number, MarketTick? Tick, string Data)> _log = [];

    /// <summary>Records that must go to <c>late/</c> and <c>quarantine/</c>, by sequence number.</summary>
    public Dictionary<SequenceNumber, string> Late { get; } = [];

    public Dictionary<SequenceNumber, string> Quarantined { get; } = [];

    /// <summary>Records that count: all but those that were put again.</summary>
    public long Records { get; private set; }

    /// <summary>Records that their producer put again.</summary>
    public long Repeated { get; private set; }

    public long Windowed => _windows.Values.Sum(window => (long)window.TickCount);

    public IReadOnlyDictionary<(string Ticker, long StartMicros), ExpectedWindow> Windows => _windows;

    public void AddPoison(SequenceNumber number, string data)
    {
        _log.Add((number, null, data));
        Records++;
        Quarantined.Add(number, data);
    }

    public void Add(SequenceNumber number, MarketTick tick)
    {
        _log.Add((number, tick, ""));
        if (IsRepeated(tick))
        {
            Repeated++;
            return;
        }

        Records++;
        long start = tick.EventMicros - (tick.EventMicros % MinuteMicros);
        long watermark = _watermarks.GetValueOrDefault(tick.Ticker, long.MinValue);
        if (watermark > start + MinuteMicros + (long)allowedLateness.TotalMicroseconds)
        {
            Late.Add(number, tick.ToJson());
            return;
        }

        _watermarks[tick.Ticker] = Math.Max(watermark, tick.EventMicros);
        if (!_windows.TryGetValue((tick.Ticker, start), out ExpectedWindow? window))
            _windows.Add((tick.Ticker, start), window = new ExpectedWindow(start, tick));
        window.Add(number, tick);
    }

    /// <summary>What the lake must come to hold if the stream has lost these records before anybody saved them.</summary>
    public Oracle Without(IReadOnlySet<SequenceNumber> lost)
    {
        var rest = new Oracle(allowedLateness);
        foreach ((SequenceNumber number, MarketTick? tick, string data) in _log.Where(record => !lost.Contains(record.Number)))
        {
            if (tick is null) rest.AddPoison(number, data);
            else rest.Add(number, tick);
        }

        return rest;
    }

    // By the contract: within a run the counter grows along a ticker's records.
    private bool IsRepeated(MarketTick tick)
    {
        if (tick.Run is null) return false;
        if (_runs.TryGetValue((tick.Ticker, tick.Run), out long highest) && tick.Seq <= highest) return true;
        _runs[(tick.Ticker, tick.Run)] = tick.Seq;
        return false;
    }
}

/// <summary>One row, and all that it was after each of its ticks.</summary>
internal sealed class ExpectedWindow(long startMicros, MarketTick firstInShard)
{
    private readonly List<Bar> _states = [];
    private readonly List<double> _closes = [];
    private readonly List<double> _volumes = [];
    private (long Micros, SequenceNumber Number, double Open) _first = (long.MaxValue, default, 0);
    private (long Micros, SequenceNumber Number, double Close) _last = (long.MinValue, default, 0);
    private double _high = double.MinValue;
    private double _low = double.MaxValue;

    // New York in January is five hours behind UTC.
    public DateOnly TradeDate { get; } = firstInShard.Date ?? DateOnly.FromDateTime(DateTime.UnixEpoch.AddMicroseconds(firstInShard.EventMicros).AddHours(-5));

    public int TickCount => _states.Count;

    public Bar Final => _states[^1];

    /// <summary>What the row is after so many ticks; null if it never has so many.</summary>
    public Bar? After(long ticks) => ticks > 0 && ticks <= _states.Count ? _states[(int)ticks - 1] : null;

    public void Add(SequenceNumber number, MarketTick tick)
    {
        double close = Number(tick.Close);
        _closes.Add(close);
        _high = Math.Max(_high, Side(tick.High) ?? close);
        _low = Math.Min(_low, Side(tick.Low) ?? close);
        if (IsBefore(tick.EventMicros, number, _first.Micros, _first.Number)) _first = (tick.EventMicros, number, Side(tick.Open) ?? close);
        if (IsBefore(_last.Micros, _last.Number, tick.EventMicros, number)) _last = (tick.EventMicros, number, close);
        if (tick.Volume is { } volume && Number(volume) >= 0) _volumes.Add(Number(volume));
        _states.Add(new Bar(
            startMicros, ExactMean.Of(_closes), _last.Close, _first.Open, _high, _low, _volumes.Count > 0 ? ExactMean.Sum(_volumes) : null, _states.Count + 1));
    }

    private static bool IsBefore(long micros, SequenceNumber number, long otherMicros, SequenceNumber otherNumber)
        => micros < otherMicros || (micros == otherMicros && number < otherNumber);

    /// <summary>An open, high or low; zero is none.</summary>
    private static double? Side(string? text) => text is null || Number(text) == 0 ? null : Number(text);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
