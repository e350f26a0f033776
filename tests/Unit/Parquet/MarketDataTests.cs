using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>The real files: each variant holds the rows of the base file in another physical form.</summary>
public sealed class MarketDataTests
{
    private static readonly string[] Bars = ["ticker", "ts", "open", "high", "low", "close", "volume"];

    private static string Data(params string[] path)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        return Path.Combine([TestPaths.MarketData!, .. path]);
    }

    [Theory]
    [InlineData("decimal_prices")]
    [InlineData("parquet_v2_lz4raw")]
    [InlineData("small_row_groups_brotli")]
    [InlineData("ts_micros_utcfalse_zstd")]
    [InlineData("ts_micros_utctrue_snappy")]
    [InlineData("ts_nanos_gzip")]
    public void Variant_ReadsAsItsBase(string variant)
        => Assert.Equal(Table.Read(Data("dirty", "intraday", "base.parquet")), Table.Read(Data("intraday", "variants", variant + ".parquet")));

    [Fact]
    public void EpochMillis_ReadAsWritten()
    {
        List<string?[]> rows = Table.Read(Data("intraday", "variants", "ts_int64_epoch_ms_uncompressed.parquet"), Bars);
        foreach (string?[] row in rows) row[1] += "000";
        Assert.Equal(Table.Read(Data("dirty", "intraday", "base.parquet"), Bars), rows);
    }

    [Fact]
    public void TwoFiles_HoldTheBaseBetweenThem()
    {
        List<string?[]> rows =
        [
            .. Table.Read(Data("intraday", "variants", "dictionary_ticker_many_files_1of2.parquet"), Bars),
            .. Table.Read(Data("intraday", "variants", "dictionary_ticker_many_files_2of2.parquet"), Bars),
        ];
        Assert.Equal(
            Table.Read(Data("dirty", "intraday", "base.parquet"), Bars).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal),
            rows.Select(row => string.Join('|', row)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("corrupt_page")]
    [InlineData("footer_length_lies")]
    [InlineData("gzip_of_parquet")]
    [InlineData("magic_only")]
    [InlineData("not_parquet")]
    [InlineData("truncated_60pct")]
    [InlineData("truncated_footer_magic")]
    [InlineData("zero_bytes")]
    public void BrokenFile_IsRefusedByName(string name)
    {
        string path = Data("dirty", "intraday", name + ".parquet");
        ParquetException refusal = Assert.Throws<ParquetException>(() => Table.Read(path));
        TestContext.Current.SendDiagnosticMessage(refusal.Message);
        Assert.StartsWith(path + ": ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crypto_minute_bars", "close")]
    [InlineData("crypto_second_bars", "close")]
    [InlineData("fx_ticks", "price")]
    [InlineData("gspc_minute_bars", "close")]
    [InlineData("spy_minute_bars", "close")]
    public void IntradayFile_AddsUpToItsOracle(string name, string price)
    {
        const long MicrosPerMinute = 60_000_000;
        List<string?[]> expected = Table.Read(
            Data("oracle", name + "_1m.parquet"), "ticker", "minute_utc", "n", "min_price", "max_price", "sum_volume", "last_ts", "last_close", "avg_price");

        var windows = Table.Read(Data("intraday", name + ".parquet"), "ticker", "ts", price, "volume")
            .Select(row => (Ticker: row[0]!, Ts: Number(row[1]!), Price: double.Parse(row[2]!), Volume: row[3] is null ? (long?)null : Number(row[3]!)))
            .GroupBy(tick => (tick.Ticker, Minute: tick.Ts - (tick.Ts % MicrosPerMinute)))
            .ToDictionary(window => window.Key, window => window.ToList());
        Assert.Equal(expected.Count, windows.Count);
        foreach (string?[] row in expected)
        {
            var ticks = windows[(row[0]!, Number(row[1]!))];
            var last = ticks.Last(tick => tick.Ts == ticks.Max(each => each.Ts));
            Assert.Equal<string?[]>(
                row[2..8],
                [
                    Show(ticks.Count), Show(ticks.Min(tick => tick.Price)), Show(ticks.Max(tick => tick.Price)),
                    ticks.Any(tick => tick.Volume is not null) ? Show(ticks.Sum(tick => tick.Volume ?? 0)) : null,
                    Show(last.Ts), Show(last.Price),
                ]);
            double average = double.Parse(row[8]!);
            Assert.InRange(ticks.Average(tick => tick.Price), average * (1 - 1e-9), average * (1 + 1e-9));
        }
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Show(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static string Show(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
