using System.Reactive.Linq;
using System.Reactive.Subjects;
using Streaming.Tests.Benchmarks.Data;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// One-minute bars as one would first write them with Rx: a group for each ticker and minute, which ends when time is a minute past it, and a fold of
/// each. No books, no lateness, no quarantine.
/// </summary>
internal sealed class RxBars : IDisposable
{
    private readonly Subject<MarketEvent> _events = new();
    private readonly Subject<long> _endedMinutes = new();
    private readonly Dictionary<(string Ticker, long Minute), RxBar> _rows = [];
    private readonly IDisposable _chain;
    private long _minute;

    public RxBars() => _chain = _events
        .GroupByUntil(e => (e.Ticker, e.Minute), group => _endedMinutes.Where(minute => minute >= group.Key.Minute))
        .SelectMany(group => group.Aggregate(new RxBar(), (bar, e) => bar.Add(e)), (group, bar) => (group.Key, bar))
        .Subscribe(row => _rows.Add(row.Key, row.bar), failure => throw new InvalidOperationException("The chain failed.", failure));

    /// <summary>Complete after <see cref="End"/>.</summary>
    public IReadOnlyDictionary<(string Ticker, long Minute), RxBar> Rows => _rows;

    public void Add(MarketEvent e)
    {
        if (e.Minute > _minute)
        {
            _minute = e.Minute;
            // The events are less than a minute out of order.
            _endedMinutes.OnNext(_minute - 2);
        }

        _events.OnNext(e);
    }

    public void End() => _events.OnCompleted();

    public void Dispose()
    {
        _chain.Dispose();
        _events.Dispose();
        _endedMinutes.Dispose();
    }
}

internal sealed class RxBar
{
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private double _sum;

    public DateOnly? TradeDate { get; private set; }

    public long TickCount { get; private set; }

    public double Open { get; private set; }

    public double High { get; private set; } = double.MinValue;

    public double Low { get; private set; } = double.MaxValue;

    public double LastClose { get; private set; }

    public long? Volume { get; private set; }

    public double AvgClose => _sum / TickCount;

    public RxBar Add(MarketEvent e)
    {
        TradeDate ??= e.Date;
        TickCount++;
        _sum += e.Close;
        High = Math.Max(High, e.High ?? e.Close);
        Low = Math.Min(Low, e.Low ?? e.Close);
        if (e.Timestamp < _first) (_first, Open) = (e.Timestamp, e.Open ?? e.Close);
        if (e.Timestamp >= _last) (_last, LastClose) = (e.Timestamp, e.Close);
        if (e.Volume is { } volume) Volume = (Volume ?? 0) + volume;
        return this;
    }
}
