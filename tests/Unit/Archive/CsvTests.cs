using System.IO.Compression;
using System.Text;
using Streaming.Producer.Archive;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

/// <summary>CSV as people have it, through the same reading room as Parquet.</summary>
public sealed class CsvTests : IDisposable
{
    private const string Header = "ticker,timestamp,open,close,volume";
    private const string Row = "AAPL,2024-01-02T15:04:05Z,1.5,2.25,100.5";

    private readonly ScratchFolder _folder = new();
    private readonly RefusedRows _refused = new();

    [Theory]
    [InlineData(",", "\n", false)]
    [InlineData(";", "\r\n", true)]
    [InlineData("|", "\r", false)]
    [InlineData("\t", "\r\n", true)]
    public void AnyDelimiterAndLineEnd_IsRead(string delimiter, string lineEnd, bool hasByteOrderMark)
    {
        string text = string.Join(lineEnd, Header, Row, "", Row.Replace("AAPL", "BRK.B", StringComparison.Ordinal)).Replace(",", delimiter, StringComparison.Ordinal);
        List<Tick> ticks = Read(new UTF8Encoding(hasByteOrderMark).GetPreamble().Concat(Encoding.UTF8.GetBytes(text)));
        Assert.Equal([("AAPL", 1.5, 2.25, 100.5), ("BRK.B", 1.5, 2.25, 100.5)], ticks.Select(tick => (tick.Ticker, tick.Open, tick.Close, tick.Volume)));
        Assert.Equal(IsoMicros("2024-01-02T15:04:05Z"), ticks[0].TimestampMicros);
        AssertNothingRefused();
    }

    [Fact]
    public void QuotedFields_MayHoldDelimitersQuotesAndLineEnds()
    {
        List<Tick> ticks = Read("note,ticker,timestamp,close\n\"a, \"\"b\"\"\r\nc\",\"A,\"\"X\"\"\",2024-01-02T15:04:05Z,\"1\"\n,B,2024-01-02T15:04:06Z,2\n");
        Assert.Equal([("A,\"X\"", 1.0), ("B", 2.0)], ticks.Select(tick => (tick.Ticker, tick.Close)));
        AssertNothingRefused();
    }

    [Theory]
    [InlineData("A,2024-01-02T15:04:05Z,1", "the row has fewer fields than the header")]
    [InlineData("A,2024-01-02T15:04:05Z,1,2,3,4", "the row has more fields than the header")]
    [InlineData("\"A,2024-01-02T15:04:05Z,1,2,3", "the row has a quote that is not closed, or one inside a field that is not quoted")]
    [InlineData("A\"B,2024-01-02T15:04:05Z,1,2,3", "the row has a quote that is not closed, or one inside a field that is not quoted")]
    [InlineData("A\0,2024-01-02T15:04:05Z,1,2,3", "the row holds a NUL byte")]
    [InlineData("A,2024-01-02T15:04:05Z,1,\"1,234.5\",3", "close is not a number")]
    [InlineData("A,2024-01-02T15:04:05Z,1,$5,3", "close is not a number")]
    [InlineData("A,01/02/2024 15:04,1,2,3", "timestamp is not an ISO 8601 time or epoch")]
    [InlineData(",2024-01-02T15:04:05Z,1,2,3", "ticker is missing")]
    public void BadRow_IsRefusedAloneWithItsLine(string row, string reason)
    {
        List<Tick> ticks = Read($"{Header}\n{Row}\n{row}\n{Row}\n");
        Assert.Equal(2, ticks.Count);
        RefusedRow refused = Assert.Single(_refused.Examples);
        Assert.Equal((reason, 3), (refused.Reason, refused.Line));
    }

    [Fact]
    public void LineLongerThanTheBound_IsRefusedAlone()
    {
        List<Tick> ticks = Read($"{Header}\n{Row}\n{new string('x', 3 << 20)},2024-01-02T15:04:05Z,1,2,3\n{Row}\n");
        Assert.Equal(2, ticks.Count);
        Assert.Equal("the row is longer than 1048576 bytes", Assert.Single(_refused.Examples).Reason);
    }

    [Fact]
    public void TickerThatIsNotUtf8_IsRefusedAlone()
    {
        byte[] latin1 = Encoding.Latin1.GetBytes($"{Header}\n{Row}\nCAFÉ,2024-01-02T15:04:05Z,1,2,3\n");
        Assert.Single(Read(latin1));
        Assert.Equal(("ticker is not UTF-8", 3), (_refused.Examples[0].Reason, _refused.Examples[0].Line));
    }

    [Theory]
    [InlineData("", "it is empty.")]
    [InlineData("A,2024-01-02T15:04:05Z,1,2,3\n", "its first line is data, not a header.")]
    [InlineData("{\"a\":1}\n", "it is JSON.")]
    [InlineData("PK\u0003\u0004xxxxxxxxxxxx", "it is a zip archive")]
    [InlineData("just text\n", "its first line has no delimiter")]
    [InlineData("timestamp,close\n2024-01-02T15:04:05Z,1\n", "--ticker-from-file-name")]
    public void FileThatIsNoCsvWithAHeader_IsRefusedWithTheReason(string text, string reason)
    {
        Assert.Empty(Read(text));
        Assert.Contains(reason, Assert.Single(_refused.Files).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderWithoutRows_HasNoTicks()
    {
        Assert.Empty(Read(Header + "\n"));
        AssertNothingRefused();
    }

    [Fact]
    public void YahooExport_IsDailyBarsOfTheFilesTicker()
    {
        File.WriteAllText(
            _folder["BRK.B.csv"], "Date,Open,High,Low,Close,Adj Close,Volume\n2024-03-08,1,3,0.5,2,1.9,100\n2024-03-11,2,4,1,3,2.9,200\n2024-03-12,null,null,null,null,null,null\n");
        List<Tick> ticks = ArchiveReads.All(_refused, [_folder["BRK.B.csv"]], hints: FileHints.None with { TickerFromFileName = true });
        Assert.Equal(
            [("BRK.B", 2.0, IsoMicros("2024-03-08T21:00:00Z")), ("BRK.B", 3.0, IsoMicros("2024-03-11T20:00:00Z"))],
            ticks.Select(tick => (tick.Ticker, tick.Close, tick.TimestampMicros)));
        Assert.Equal(1, _refused.RowCount);
    }

    [Theory]
    [InlineData("Price,Close,High,Close,High\nTicker,AAPL,AAPL,MSFT,MSFT\nDate,,,,\n2024-03-08,1,2,3,4\n2024-03-11,5,6,,\n")]
    [InlineData("Ticker,AAPL,AAPL,MSFT,MSFT\nPrice,Close,High,Close,High\nDate,,,,\n2024-03-08,1,2,3,4\n2024-03-11,5,6,,\n")]
    public void ThreeLineHeaderOfYfinance_IsOneTickForEachTicker(string text)
    {
        List<Tick> ticks = Read(text);
        Assert.Equal([("AAPL", 1.0, 2.0), ("MSFT", 3.0, 4.0), ("AAPL", 5.0, 6.0)], ticks.Select(tick => (tick.Ticker, tick.Close, tick.High)));
        AssertNothingRefused();
    }

    [Fact]
    public void MidnightsWithTheirOwnOffset_AreDailyBars_AndTimesOfDayAreNot()
    {
        const string header = "Date,Ticker,Close\n";
        List<Tick> daily = Read(header + "2024-03-08 00:00:00-05:00,A,1\n2024-03-11 00:00:00-04:00,A,2\n");
        Assert.Equal([IsoMicros("2024-03-08T21:00:00Z"), IsoMicros("2024-03-11T20:00:00Z")], daily.Select(tick => tick.TimestampMicros));
        List<Tick> intraday = Read(header.Replace("Date", "Datetime", StringComparison.Ordinal) + "2024-03-08 09:30:00-05:00,A,1\n2024-03-08 09:31:00-05:00,A,2\n");
        Assert.Equal(IsoMicros("2024-03-08T14:30:00Z"), intraday[0].TimestampMicros);
        AssertNothingRefused();
    }

    [Fact]
    public void OneTickerAfterAnother_LeavesInEventTimeOrder()
    {
        var text = new StringBuilder(Header + "\n");
        foreach (string ticker in (string[])["A", "B", "C"])
        {
            for (int i = 0; i < 5000; i++) text.AppendLine($"{ticker},{DateTime.UnixEpoch.AddDays(19_724).AddSeconds(i):yyyy-MM-dd'T'HH:mm:ss'Z'},1,{i + 1},1");
        }

        List<Tick> ticks = Read(text.ToString());
        Assert.Equal(15_000, ticks.Count);
        Assert.Equal(ticks.OrderBy(tick => tick.TimestampMicros).Select(tick => tick.Close), ticks.Select(tick => tick.Close));
        Assert.Equal(["A", "B", "C"], ticks.Take(3).Select(tick => tick.Ticker));
    }

    [Fact]
    public void GzippedCsvUnderAnyName_IsRead()
    {
        using (var zip = new GZipStream(File.Create(_folder["ticks.bin"]), CompressionLevel.Fastest)) zip.Write(Encoding.UTF8.GetBytes($"{Header}\n{Row}\n"));
        Assert.Equal(2.25, Assert.Single(ArchiveReads.All(_folder["ticks.bin"])).Close);
    }

    [Fact]
    public void SameRowsAsParquet_AreTheSameTicks()
    {
        var random = new Random(5);
        Tick[] rows = [.. Enumerable.Range(0, 3000).Select(i => TickFile.Tick($"T{random.Next(5)}", ArchiveReads.Now.AddDays(-9).AddMilliseconds(i * 1700), random.Next(-100, 100_000) / 128.0, random.Next(9)))];
        TickFile.Write(_folder["a.parquet"], rows);
        File.WriteAllLines(_folder["b.csv"], ["ts,volume,ticker,close", .. rows.Select(row => FormattableString.Invariant($"{IsoTime.ToDateTime(row.TimestampMicros):O},{row.Volume},{row.Ticker},{row.Close:R}"))]);
        Assert.Equal(ArchiveReads.All(_folder["a.parquet"]), ArchiveReads.All(_folder["b.csv"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyDamage_CostsNoMoreThanRowsOrTheFile(int seed)
    {
        var random = new Random(seed);
        byte[] good = Encoding.UTF8.GetBytes($"{Header}\n{string.Concat(Enumerable.Range(0, 40).Select(i => $"T{i % 3},2024-01-02T15:04:{i % 60:D2}Z,1,\"{i + 1}\",2\n"))}");
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = random.Next(4) == 0 ? RandomBytes(random, random.Next(300)) : [.. good];
            for (int i = random.Next(6); i > 0 && damaged.Length > 0; i--) damaged[random.Next(damaged.Length)] = "\"\r\n,;\0 é9"u8[random.Next(10)];
            var refused = new RefusedRows();
            File.WriteAllBytes(_folder["x.csv"], damaged);
            Exception? failure = Record.Exception(() => ArchiveReads.All(refused, [_folder["x.csv"]]));
            Assert.True(failure is null, $"seed {seed}, round {round}: {failure}");
        }
    }

    private static readonly Dictionary<string, (long Usable, long Refused, string? File)> DirtyFiles = new()
    {
        ["bom_crlf"] = (84, 0, null),
        ["semicolon_decimal_comma"] = (0, 84, null),
        ["extra_column"] = (84, 0, null),
        ["adj_close_column"] = (84, 0, null),
        ["reordered_columns"] = (84, 0, null),
        ["lowercase_header"] = (84, 0, null),
        ["missing_close"] = (0, 0, "no column close"),
        ["missing_ticker"] = (0, 0, "--ticker AAPL"),
        ["duplicate_header"] = (0, 0, "--column"),
        ["header_only"] = (0, 0, null),
        ["no_header"] = (0, 0, "its first line is data"),
        ["empty"] = (0, 0, "it is empty"),
        ["truncated_last_line"] = (83, 1, null),
        ["quoted_thousands"] = (84, 0, null),
        ["latin1"] = (83, 1, null),
        ["nul_bytes"] = (83, 1, null),
        ["yf_download_multiindex"] = (21, 0, null),
    };

    [Fact]
    public void DirtyMarketData_IsReadOrRefusedAsExpected()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        foreach ((string name, (long usable, long rows, string? file)) in DirtyFiles)
        {
            var refused = new RefusedRows();
            List<Tick> ticks = ArchiveReads.All(refused, [Path.Combine(TestPaths.MarketData!, "dirty", "daily", name + ".csv")]);
            Assert.Equal((name, usable, rows), (name, ticks.Count, refused.RowCount));
            Assert.Equal(file is null ? 0 : 1, refused.Files.Count);
            if (file is not null) Assert.Contains(file, refused.Files[0].Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("sp500_5yr.csv", 122_301, false)]
    [InlineData("by_date", 3_600, false)]
    [InlineData("by_ticker", 47_841, false)]
    public void DailyMarketData_IsReadWhole(string path, int rows, bool isTickerInName)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        List<Tick> ticks = ArchiveReads.All(_refused, [Path.Combine(TestPaths.MarketData!, "daily", path)], hints: FileHints.None with { TickerFromFileName = isTickerInName });
        Assert.Equal(rows, ticks.Count);
        AssertNothingRefused();
    }

    private List<Tick> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private List<Tick> Read(IEnumerable<byte> content)
    {
        File.WriteAllBytes(_folder["in.csv"], [.. content]);
        return ArchiveReads.All(_refused, [_folder["in.csv"]]);
    }

    private void AssertNothingRefused() => Assert.Equal((0, 0), (_refused.RowCount, _refused.Files.Count));

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static long IsoMicros(string text) => IsoTime.ToMicros(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose() => _folder.Dispose();
}
