using Streaming.Consumer.Flushing;
using Streaming.Tests.Simulation.Market;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>
/// The reader who looks at every object of <c>avg_1min</c> that is ever put: no row may lose ticks, vanish, stand twice, or be anything
/// but the fold of the first ticks of its window.
/// </summary>
/// <param name="all">What follows from all records that the stream ever took.</param>
internal sealed class BarsReader(Oracle all)
{
    private readonly Dictionary<string, IReadOnlyList<Bar>> _objects = [];
    private readonly Dictionary<(string Ticker, long StartMicros), string> _homes = [];
    private Oracle? _rest;

    /// <exception cref="ViolationException">The object is not what a later one may be.</exception>
    public void Look(string key, ReadOnlyMemory<byte>? content)
    {
        if (content is null) throw new ViolationException("an object vanished", key);
        if (!LakeLayout.TryParseBars(key, out string ticker, out DateOnly tradeDate)) throw new ViolationException("a stray object", key);
        IReadOnlyList<Bar> bars = Decode(key, content.Value);
        var counts = new Dictionary<long, long>();
        foreach (Bar bar in bars)
        {
            if (!counts.TryAdd(bar.WindowStartMicros, bar.TickCount)) throw new ViolationException("a row stands twice", $"{key}: {bar}");
            CheckHome(key, ticker, bar);
            CheckRow(key, ticker, tradeDate, bar);
        }

        foreach (Bar before in _objects.GetValueOrDefault(key) ?? [])
        {
            if (!counts.TryGetValue(before.WindowStartMicros, out long count)) throw new ViolationException("a row vanished", $"{key}: {before}");
            if (count < before.TickCount) throw new ViolationException("a row lost ticks", $"{key}: {before} has {count} ticks now");
        }

        _objects[key] = bars;
    }

    /// <summary>After a loss: the rows must come to have what is left; rows that had more before keep it.</summary>
    public void Expect(Oracle rest) => _rest = rest;

    /// <summary>What the rows still lack, or null.</summary>
    public string? Difference()
    {
        foreach (((string Ticker, long StartMicros) id, ExpectedWindow window) in Expected.Windows)
        {
            string key = LakeLayout.Bars(id.Ticker, window.TradeDate);
            Bar found = (_objects.GetValueOrDefault(key) ?? []).FirstOrDefault(bar => bar.WindowStartMicros == id.StartMicros);
            if (found.TickCount == 0) return $"no row of {id}, expected {window.Final}";
            bool hasMore = _rest is not null && found.TickCount >= window.TickCount;
            if (found != window.Final && !hasMore) return $"{key}: {found}, expected {window.Final}";
        }

        return null;
    }

    private Oracle Expected => _rest ?? all;

    private static IReadOnlyList<Bar> Decode(string key, ReadOnlyMemory<byte> content)
    {
        try
        {
            return BarObjectCodec.Read(key, content).Bars;
        }
        catch (Exception broken)
        {
            throw new ViolationException("a broken object", $"{key}: {broken}");
        }
    }

    private void CheckHome(string key, string ticker, Bar bar)
    {
        if (!_homes.TryAdd((ticker, bar.WindowStartMicros), key) && _homes[(ticker, bar.WindowStartMicros)] != key && !HasTwoDays(ticker, bar))
            throw new ViolationException("a row stands twice", $"{key} and {_homes[(ticker, bar.WindowStartMicros)]}: {bar}");
    }

    /// <summary>The tick that gave the day is lost, but the row of it stands.</summary>
    private bool HasTwoDays(string ticker, Bar bar)
        => _rest?.Windows.GetValueOrDefault((ticker, bar.WindowStartMicros)) is { } rest
            && all.Windows[(ticker, bar.WindowStartMicros)].TradeDate != rest.TradeDate;

    private void CheckRow(string key, string ticker, DateOnly tradeDate, Bar bar)
    {
        if (Problem(all, key, ticker, tradeDate, bar) is { } problem && (_rest is null || Problem(_rest, key, ticker, tradeDate, bar) is not null))
            throw problem;
    }

    private static ViolationException? Problem(Oracle oracle, string key, string ticker, DateOnly tradeDate, Bar bar)
    {
        ExpectedWindow? window = oracle.Windows.GetValueOrDefault((ticker, bar.WindowStartMicros));
        if (window?.After(bar.TickCount) is not { } expected) return new ViolationException("a row of ticks that never were", $"{key}: {bar}");
        if (bar != expected) return new ViolationException("a wrong row", $"{key}: {bar}, expected {expected}");
        return tradeDate == window.TradeDate ? null : new ViolationException("a row in a wrong partition", $"{key}: {bar}, expected {window.TradeDate:O}");
    }
}
