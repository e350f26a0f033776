using Streaming.Consumer.Flushing;
using Streaming.Tests.Simulation.Market;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>
/// The reader who looks at every object of <c>avg_1min</c> that is ever put: no row may lose ticks, vanish, stand twice, or be anything
/// but the fold of the first ticks of its window.
/// </summary>
internal sealed class BarsReader(Oracle oracle)
{
    private readonly Dictionary<string, IReadOnlyList<Bar>> _objects = [];
    private readonly Dictionary<(string Ticker, long StartMicros), string> _homes = [];

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

    /// <summary>What the rows still lack, or null.</summary>
    public string? Difference()
    {
        foreach (((string Ticker, long StartMicros) id, ExpectedWindow window) in oracle.Windows)
        {
            if (!_homes.TryGetValue(id, out string? key)) return $"no row of {id}, expected {window.Final}";
            Bar found = _objects[key].First(bar => bar.WindowStartMicros == id.StartMicros);
            if (found != window.Final) return $"{key}: {found}, expected {window.Final}";
        }

        return null;
    }

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
        if (!_homes.TryAdd((ticker, bar.WindowStartMicros), key) && _homes[(ticker, bar.WindowStartMicros)] != key)
            throw new ViolationException("a row stands twice", $"{key} and {_homes[(ticker, bar.WindowStartMicros)]}: {bar}");
    }

    private void CheckRow(string key, string ticker, DateOnly tradeDate, Bar bar)
    {
        ExpectedWindow? window = oracle.Windows.GetValueOrDefault((ticker, bar.WindowStartMicros));
        if (window?.After(bar.TickCount) is not { } expected) throw new ViolationException("a row of ticks that never were", $"{key}: {bar}");
        if (bar != expected) throw new ViolationException("a wrong row", $"{key}: {bar}, expected {expected}");
        if (tradeDate != window.TradeDate) throw new ViolationException("a row in a wrong partition", $"{key}: {bar}, expected {window.TradeDate:O}");
    }
}
