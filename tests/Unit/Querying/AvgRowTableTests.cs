using Spectre.Console;
using Streaming.Consumer.Commands;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Querying;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Querying;

public sealed class AvgRowTableTests
{
    private static readonly DateOnly Day = new(2024, 1, 2);

    [Fact]
    public void PricesOfATicker_LineUpWithTheDecimalsThatTheyHave()
    {
        string table = TableOf(200, Row("SHIB", 0, 0.00001234, 0.0000125), Row("BTC", 0, 64000.5, 64001), Row("BTC", 1, 64000.25, 64000));
        Assert.Contains(" 0.0000124200 ", table, StringComparison.Ordinal);
        Assert.Contains(" 0.00001234 ", table, StringComparison.Ordinal);
        Assert.Contains(" 64000.7500 ", table, StringComparison.Ordinal);
        Assert.Contains(" 64000.50 ", table, StringComparison.Ordinal);
        Assert.Contains(" 64001.00 ", table, StringComparison.Ordinal);
        Assert.Contains(" 64000.00 ", table, StringComparison.Ordinal);
    }

    [Fact]
    public void SmallPrices_AreShownWithTheirSignificantDigits()
    {
        string table = TableOf(200, Row("YOSHI", 0, 7.2399e-11, 7.2377e-11), Row("YOSHI", 1, 7.24e-11, 0));
        Assert.Contains(" 7.2399E-11 ", table, StringComparison.Ordinal);
        Assert.Contains(" 7.2388E-11 ", table, StringComparison.Ordinal);
        Assert.Contains(" 7.24E-11 ", table, StringComparison.Ordinal);
        Assert.Contains(" 3.62E-11 ", table, StringComparison.Ordinal);
        Assert.Contains(" 0E0 ", table, StringComparison.Ordinal);
    }

    [Fact]
    public void NegativeAndZeroPrices_LineUpWithTheOthers()
    {
        string table = TableOf(200, Row("CLK20", 0, -37.63, 0));
        Assert.Contains(" -18.8150 ", table, StringComparison.Ordinal);
        Assert.Contains(" -37.63 ", table, StringComparison.Ordinal);
        Assert.Contains(" 0.00 ", table, StringComparison.Ordinal);
    }

    [Fact]
    public void PriceOfAFloat_IsShownWithoutWhatTheFloatAdds()
    {
        string table = TableOf(200, Row("AMD", 0, 187.14999389648438, 187));
        Assert.Contains(" 187.149994 ", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12345, " 12,345 ")]
    [InlineData(2.50123, " 2.50123 ")]
    [InlineData(0.3000000000000001, " 0.3 ")]
    [InlineData(1e-15, " 1E-15 ")]
    public void Volume_HasTheDigitsThatItNeeds(double volume, string expected)
    {
        AvgRow row = Row("A", 0, 1, 1);
        Assert.Contains(expected, TableOf(200, row with { Bar = row.Bar with { Volume = volume } }), StringComparison.Ordinal);
    }

    [Fact]
    public void SparkLine_GoesFromTheLowestToTheHighest()
    {
        Bar[] bars = [.. Enumerable.Range(0, 40).Select(i => Row("A", i, i % 8, i % 8).Bar)];
        var row = new AvgRow("A", Day, bars[^1]) { Trend = new ArraySegment<Bar>(bars, 32, 8) };
        Assert.Contains(" ▁▂▃▄▅▆▇█ ", TableOf(200, row), StringComparison.Ordinal);
        Assert.Equal("▄▄▄", SparkLine.Of([5, 5, 5]));
        Assert.Equal("", SparkLine.Of([]));
    }

    [Theory]
    [InlineData(200, true, true)]
    [InlineData(120, false, true)]
    [InlineData(80, false, false)]
    public void NarrowTerminal_HasFewerColumnsAndNoBrokenLines(int width, bool hasHigh, bool hasVolume)
    {
        Bar[] bars = [.. Enumerable.Range(0, 30).Select(i => Row("AAPL", i, 187 + (i / 100.0), 187.5).Bar)];
        string table = TableOf(width, new AvgRow("AAPL", Day, bars[^1]) { Trend = bars });
        Assert.Equal((hasHigh, hasVolume), (table.Contains("high", StringComparison.Ordinal), table.Contains("volume", StringComparison.Ordinal)));
        Assert.Equal(TableOf(200, new AvgRow("AAPL", Day, bars[^1])).Split('\n').Length, table.Split('\n').Length);
        Assert.All(table.Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, width));
    }

    private static AvgRow Row(string ticker, int minute, double last, double open)
        => new(ticker, Day, new Bar(TickLog.Micros(TickLog.Open.AddMinutes(minute)), (last + open) / 2, last, open, Math.Max(last, open), Math.Min(last, open), 12345, 2));

    private static string TableOf(int width, params AvgRow[] rows)
    {
        var output = new StringWriter();
        IAnsiConsole console = PlainConsole.For(output, isRedirected: true);
        console.Profile.Width = width;
        AvgRowTable.Write(console, rows);
        return output.ToString();
    }
}
