using System.Globalization;
using Streaming.Producer.Archive;
using Streaming.Shared.Ticks;
using static Streaming.Tests.Unit.Archive.HistoryColumn;

namespace Streaming.Tests.Unit.Archive;

/// <summary>Prices in units of a power of ten: field case r07 and its kind.</summary>
public sealed class PriceScaleTests : IDisposable
{
    private readonly HistoryTable _table = new();

    public void Dispose() => _table.Dispose();

    public static TheoryData<HistoryColumn> Prices => new()
    {
        { Longs("price", 185645000000) },
        { Doubles("price", 185645000000) },
        { Text("price", "185645000000") },
        { Text("price", "1.85645E11") },
    };

    [Theory]
    [MemberData(nameof(Prices))]
    public void ScaledPrice_IsTheNearestDouble(HistoryColumn price)
    {
        _table.Write("a.parquet", Text("symbol", "AAPL"), Local("ts_event", "2024-01-02T14:30:00Z"), price, Longs("size", 7), Longs("open", 185000000001));
        Tick tick = Assert.Single(_table.Read(FileHints.None with { PriceExponent = -9 }));
        Assert.Equal((185.645, 185.000000001, 7.0), (tick.Close, tick.Open, tick.Volume));
    }

    [Theory]
    [InlineData(1)]
    public void AnyScaledPrice_IsWhatItsDecimalTextIs(int seed)
    {
        var random = new Random(seed);
        long?[] raw = [.. Enumerable.Range(0, 500).Select(_ => (long?)random.NextInt64(1, 1L << random.Next(1, 62)))];
        string[] tickers = [.. raw.Select(_ => "A")];
        string[] times = [.. raw.Select((_, i) => $"2024-01-02T14:{i / 60:00}:{i % 60:00}Z")];
        _table.Write("a.parquet", Text("ticker", tickers), Local("ts", times), Longs("close", raw));
        double[] expected = [.. raw.Select(value => double.Parse($"{value}E-9", CultureInfo.InvariantCulture))];
        Assert.Equal(expected, _table.Read(FileHints.None with { PriceExponent = -9 }).Select(tick => tick.Close));
    }

    // What a feed of scaled prices writes for "none".
    [Fact]
    public void LargestInteger_IsNoPrice()
    {
        _table.Write(
            "a.parquet", Text("symbol", "A", "A"), Local("ts", "2024-01-02T14:30:00Z", "2024-01-02T14:30:01Z"), Longs("open", long.MaxValue, 1), Longs("close", 2, long.MaxValue));
        Tick tick = Assert.Single(_table.Read(FileHints.None with { PriceExponent = -9 }, out RefusedRows refused));
        Assert.Equal((double.NaN, 2e-9), (tick.Open, tick.Close));
        Assert.Equal("close is missing", Assert.Single(refused.Examples).Reason);
    }
}
