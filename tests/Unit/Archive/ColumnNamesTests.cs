using Streaming.Producer.Archive;
using Streaming.Shared;
using Streaming.Shared.Ticks;
using static Streaming.Tests.Unit.Archive.HistoryColumn;

namespace Streaming.Tests.Unit.Archive;

/// <summary>How columns and tickers are found: field cases f05, r06 and r10, and the vendors' names.</summary>
public sealed class ColumnNamesTests : IDisposable
{
    private readonly HistoryTable _table = new();

    public void Dispose() => _table.Dispose();

    [Theory]
    [InlineData("('Close', 'AAPL')")]
    [InlineData("Last, \"adjusted\" = yes")]
    [InlineData(" Close  ")]
    [InlineData("a=b")]
    public void ColumnOption_TakesTheNameVerbatim(string name)
    {
        _table.Write("a.parquet", Text("ticker", "A"), Local("ts", "2024-01-02T14:30:00Z"), Doubles("price", 1), Doubles(name, 2));
        Assert.Equal(2, Assert.Single(_table.Read(Named($"close={name}"))).Close);
    }

    [Fact]
    public void ColumnOption_TakesTheExactCaseFirst()
    {
        _table.Write("a.parquet", Text("ticker", "A"), Local("ts", "2024-01-02T14:30:00Z"), Doubles("PX", 1), Doubles("px", 2));
        Assert.Equal(2, Assert.Single(_table.Read(Named("close=px"))).Close);
        Assert.Equal(1, Assert.Single(_table.Read(Named("close=PX"))).Close);
        Assert.Contains("differ only in case", _table.Refusal(Named("close=Px")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("close=")]
    [InlineData("px=close")]
    public void BadColumnOption_IsAUsageError(string pair) => Assert.Throws<UsageException>(() => ColumnMap.Parse([], [pair]));

    [Fact]
    public void FieldGivenByBothOptions_IsAUsageError() => Assert.Throws<UsageException>(() => ColumnMap.Parse(["close=a"], ["close=b"]));

    // yfinance: one download of several tickers, its two header rows flattened in the usual ways; also LOW, whose name is a field's.
    [Theory]
    [InlineData("Date", "('{0}', '{1}')")]
    [InlineData("('Date', '')", "('{0}', '{1}')")]
    [InlineData("index", "('{1}', '{0}')")]
    [InlineData("Date", "(\"{0}\", \"{1}\")")]
    [InlineData("Date", "{0}_{1}")]
    [InlineData("__index_level_0__", "{1}_{0}")]
    public void WideDownload_IsOneTickForEachTicker_AndANullCloseIsNone(string index, string name)
    {
        string Name(string field, string ticker) => string.Format(name, field, ticker);
        _table.Write(
            "wide.parquet",
            Local(index, "2024-01-02", "2024-01-03"),
            Doubles(Name("Close", "BRK-B"), 10, 11), Doubles(Name("Close", "LOW"), 20, null), Doubles(Name("Adj Close", "LOW"), 1, 1),
            Doubles(Name("Open", "LOW"), 19, null), Longs(Name("Volume", "BRK-B"), 100, 200));

        List<Tick> ticks = _table.Read();

        Assert.Equal([("BRK-B", 10.0), ("LOW", 20.0), ("BRK-B", 11.0)], ticks.Select(tick => (tick.Ticker, tick.Close)));
        Assert.Equal([double.NaN, 19, double.NaN], ticks.Select(tick => tick.Open));
        Assert.Equal([100, double.NaN, 200], ticks.Select(tick => tick.Volume));
        Assert.Equal([2, 2, 3], ticks.Select(tick => tick.Date!.Value.Day));
    }

    // Field case f05: the file has a ticker column beside the group.
    [Fact]
    public void FlattenedDownloadOfOneTicker_IsRecognised()
    {
        _table.Write(
            "yf.parquet", Local("Datetime", "2024-01-02T14:30:10Z"), Doubles("('Close', 'AAPL')", 185), Longs("('Volume', 'AAPL')", 7), Text("ticker", "AAPL"));
        Tick tick = Assert.Single(_table.Read());
        Assert.Equal(("AAPL", 185, 7, "2024-01-02T14:30:10Z"), (tick.Ticker, tick.Close, tick.Volume, HistoryTable.TimeOf(tick)));
    }

    [Fact]
    public void WideFile_TellsABadTimeOnce_AndRefusesTextThatIsNoPrice()
    {
        _table.Write(
            "wide.parquet", Text("Datetime", "2024-01-02 14:30", "soon", "2024-01-02 14:32"),
            Text("('Close', 'A')", "1", "2", "x"), Text("('Close', 'B')", "1", "2", "3"));
        Assert.Equal(3, _table.Read(null, out RefusedRows refused).Count);
        Assert.Equal([(2, "timestamp is not an ISO 8601 time or epoch"), (3, "close is not a number")], refused.Examples.Select(row => ((int)row.Row, row.Reason)).Order());
    }

    [Fact]
    public void JoinedNames_AreNoGroups_WhereTheyMayMeanSomethingElse()
    {
        _table.Write("a.parquet", Local("ts", "2024-01-02T14:30:00Z"), Doubles("close_price", 1), Doubles("CLOSE_PRICE_ADJ", 1));
        Assert.Contains("no column close", _table.Refusal(), StringComparison.Ordinal);
    }

    public static TheoryData<string[]> VendorColumns => new()
    {
        { ["symbol", "ts_event", "price", "size"] },
        { ["ticker", "window_start", "close", "volume"] },
        { ["T", "t", "c", "v"] },
        { ["S", "t", "p", "s"] },
        { ["sym", "time", "px", "qty"] },
        { ["instrument", "open_time", "close", "volume"] },
        { ["<TICKER>", "<TIME>", "<CLOSE>", "<VOL>"] },
        { ["Ticker ", " Timestamp", " Close", "Volume "] },
    };

    [Theory]
    [MemberData(nameof(VendorColumns))]
    public void VendorNames_AreFound(string[] names)
    {
        _table.Write("a.parquet", Text(names[0], "A"), Local(names[1], "2024-01-02T14:30:05Z"), Doubles(names[2], 1.5), Longs(names[3], 3));
        Tick tick = Assert.Single(_table.Read());
        Assert.Equal(("A", "2024-01-02T14:30:05Z", 1.5, 3.0), (tick.Ticker, HistoryTable.TimeOf(tick), tick.Close, tick.Volume));
    }

    // Of a trade, c has the conditions and s the size; of a bar, t is the time and T the ticker.
    [Fact]
    public void VendorNames_GiveWayToUsualOnes_AndTheirCaseCounts()
    {
        _table.Write(
            "a.parquet", Text("S", "A"), Text("T", "trade"), Text("symbol", "B"), Longs("t", 1), Local("timestamp", "2024-01-02T14:30:05Z"),
            Text("c", "[12, 37]"), Doubles("p", 7), Doubles("Adj Close", 3), Longs("s", 5), Longs("v", 6));
        Tick tick = Assert.Single(_table.Read());
        Assert.Equal(("B", 7.0, 6.0), (tick.Ticker, tick.Close, tick.Volume));
    }

    [Fact]
    public void NameWhoseTypeCannotServe_GivesWayToTheNext()
    {
        _table.Write(
            "a.parquet", Text("ticker", "A"), Dates("timestamp", "2024-01-02"), Clock("ts", "09:30"), Local("datetime", "2024-01-02T14:30:05Z"),
            Dates("close", "2024-01-02"), Doubles("last", 2), Dates("volume", "2024-01-02"));
        Tick tick = Assert.Single(_table.Read());
        Assert.Equal(("2024-01-02T14:30:05Z", 2.0, double.NaN), (HistoryTable.TimeOf(tick), tick.Close, tick.Volume));
    }

    [Fact]
    public void GivenColumnWhoseTypeCannotServe_RefusesTheFile()
    {
        _table.Write("a.parquet", Text("ticker", "A"), Local("ts", "2024-01-02T14:30:05Z"), Doubles("close", 2), Dates("v", "2024-01-02"));
        Assert.Contains("column v is DATE", _table.Refusal(Named("volume=v")), StringComparison.Ordinal);
    }

    // Field case r10.
    [Fact]
    public void MissingColumns_AreAllNamed_WithEveryWayToSayATicker()
    {
        _table.Write("a.parquet", Doubles("open", 2), Doubles("vwap", 2));
        string reason = _table.Refusal();
        Assert.All(
            ["ticker or symbol", "timestamp or ts", "close or price", "--column", "--ticker AAPL", "--ticker-from-file-name", "ticker=AAPL/", "vwap"],
            part => Assert.Contains(part, reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Ticker_OfFilesThatHaveNone_IsGiven()
    {
        _table.Write("a.parquet", Local("ts", "2024-01-02T14:30:05Z"), Doubles("close", 2));
        _table.Write("b.parquet", Text("symbol", "OWN"), Local("ts", "2024-01-02T14:30:06Z"), Doubles("close", 3));
        _table.Write("ticker=DIR/c.parquet", Local("ts", "2024-01-02T14:30:07Z"), Doubles("close", 4));
        Assert.Equal(["AAPL", "OWN", "DIR"], _table.Read(FileHints.None with { Ticker = "AAPL" }).Select(tick => tick.Ticker));
        Assert.Equal(["a", "OWN", "DIR"], _table.Read(FileHints.None with { TickerFromFileName = true }).Select(tick => tick.Ticker));
    }

    [Fact]
    public void Ticker_ThatNoFileNeeds_IsAUsageError()
    {
        _table.Write("b.parquet", Text("symbol", "OWN"), Local("ts", "2024-01-02T14:30:06Z"), Doubles("close", 3));
        var error = Assert.Throws<UsageException>(() => _table.Read(FileHints.None with { Ticker = "AAPL" }));
        Assert.Contains("--tickers AAPL", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAPL.parquet", "AAPL")]
    [InlineData("/data/x.y/AAPL.csv", "AAPL")]
    [InlineData("s3://bucket/stocks_AAPL.csv.gz", "AAPL")]
    [InlineData("BRK.B.csv", "BRK.B")]
    [InlineData("BRK.B", "BRK.B")]
    [InlineData("AAPL.snappy.parquet", "AAPL")]
    [InlineData("AAPL_1min.PARQUET", "AAPL")]
    [InlineData("AAPL_2024-01-02.parquet", "AAPL")]
    [InlineData("AAPL Historical Data.csv", "AAPL")]
    [InlineData("BTC-USD.csv", "BTC-USD")]
    [InlineData("^GSPC.csv", "^GSPC")]
    [InlineData("aapl.us.txt", "aapl.us")]
    [InlineData("NYSE_AAPL.csv", null)]
    [InlineData("stocks_aapl.csv", null)]
    public void FileName_SaysTheTicker(string path, string? ticker) => Assert.Equal(ticker, TickerName.Of(path));

    [Fact]
    public void FileNameThatLeavesAChoice_RefusesTheFile()
    {
        _table.Write("NYSE_AAPL.parquet", Local("ts", "2024-01-02T14:30:05Z"), Doubles("close", 2));
        Assert.Contains("name does not say one ticker", _table.Refusal(FileHints.None with { TickerFromFileName = true }), StringComparison.Ordinal);
    }

    private static FileHints Named(params string[] pairs) => FileHints.None with { Columns = ColumnMap.Parse([], pairs) };
}
