using System.Globalization;
using Streaming.Consumer.Querying;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>The statements of deploy/athena, run by DuckDB over a lake that the consumer wrote.</summary>
public sealed class AthenaTests : IDisposable
{
    private const string AllRows = "SELECT * FROM stock_streaming_database.avg_1min";

    private readonly ScratchFolder _folder = new();

    public AthenaTests() => Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");

    [Fact]
    public async Task AllRows_AreThoseOfTheLake()
    {
        await RunSampleAsync();
        IReadOnlyCollection<AvgRow> rows = await RowsAsync();
        string?[][] answer = AthenaScripts.Run(_folder["data/lake"], AllRows);
        Assert.True(rows.Count > 100, $"{rows.Count} rows are too few to tell anything");
        Assert.Equal(Texts(rows).Order(), answer.Select(Text).Order());
    }

    [Fact]
    public async Task ReadmeQuery_GivesTheNewestRows()
    {
        await RunSampleAsync();
        IReadOnlyCollection<AvgRow> rows = await RowsAsync();
        string?[][] answer = AthenaScripts.Run(_folder["data/lake"], AthenaScripts.Query);

        // Which of the rows with one window end come last is the reader's choice; that they are rows, and the newest, is not.
        Assert.Equal(rows.Select(WindowEnd).OrderDescending().Take(10), answer.Select(row => row[1]));
        Assert.Subset(Texts(rows).ToHashSet(), answer.Select(Text).ToHashSet());
        Assert.Equal(10, answer.Select(Text).Distinct().Count());
    }

    [Fact]
    public async Task ReadmeQuery_GivesTheRowsOfTheOracle()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        await RunAsync(Oracle.InputOf("spy_minute_bars"));
        OracleRow[] newest = [.. Oracle.Load("spy_minute_bars").OrderByDescending(row => row.MinuteMicros).Take(10)];
        string?[][] answer = AthenaScripts.Run(_folder["data/lake"], AthenaScripts.Query);
        Assert.Equal(
            newest.Select(row => (row.Ticker, Time(row.MinuteMicros), (double?)row.Last, row.Volume, row.Count)),
            answer.Select(row => (row[9]!, row[0]!, Number(row[3]), row[7] is { } volume ? double.Parse(volume, CultureInfo.InvariantCulture) : (double?)null,
                long.Parse(row[8]!, CultureInfo.InvariantCulture))));
        Assert.All(newest.Zip(answer), pair => Assert.Equal(pair.First.Average, Number(pair.Second[2])!.Value, 1e-9 * pair.First.Average));
    }

    [Fact]
    public async Task LatestClose_IsTheNewestRowOfEachTicker()
    {
        await RunSampleAsync();
        IEnumerable<AvgRow> newest = (await RowsAsync()).GroupBy(row => row.Ticker).Select(rows => rows.MaxBy(row => row.Bar.WindowEndMicros)!);
        string?[][] answer = AthenaScripts.Run(
            _folder["data/lake"], "SELECT ticker, last_close, window_end, trade_date FROM stock_streaming_database.latest_close ORDER BY ticker");
        Assert.Equal(
            newest.OrderBy(row => row.Ticker, StringComparer.Ordinal)
                .Select(row => $"{row.Ticker}|{row.Bar.LastClose.ToString("R", CultureInfo.InvariantCulture)}|{WindowEnd(row)}|{Date(row)}"),
            answer.Select(row => string.Join('|', row[0], Number(row[1])!.Value.ToString("R", CultureInfo.InvariantCulture), row[2], row[3])));
    }

    [Fact]
    public async Task OtherViews_HoldTheirDaysAndNoOthers()
    {
        await RunSampleAsync();
        IReadOnlyCollection<AvgRow> rows = await RowsAsync();
        Assert.Equal([rows.Count(row => row.TradeDate is { Year: 2024, Month: 1 })], Count("avg_1min_2024_01"));
        Assert.Equal([0], Count("avg_1min_last_7_days"));
        string?[][] days = AthenaScripts.Run(
            _folder["data/lake"], "SELECT ticker, trade_date, open, tick_count FROM stock_streaming_database.daily_bars ORDER BY ticker, trade_date");
        Assert.Equal(
            rows.GroupBy(row => (row.Ticker, Date: Date(row))).OrderBy(day => day.Key.Ticker, StringComparer.Ordinal).ThenBy(day => day.Key.Date, StringComparer.Ordinal)
                .Select(day => (day.Key.Ticker, day.Key.Date, (double?)day.MinBy(row => row.Bar.WindowStartMicros)!.Bar.Open, day.Sum(row => row.Bar.TickCount))),
            days.Select(row => (row[0]!, row[1]!, Number(row[2]), long.Parse(row[3]!, CultureInfo.InvariantCulture))));
    }

    private int[] Count(string view)
        => [.. AthenaScripts.Run(_folder["data/lake"], $"SELECT count(*) FROM stock_streaming_database.{view}").Select(row => int.Parse(row[0]!, CultureInfo.InvariantCulture))];

    private static IEnumerable<string> Texts(IEnumerable<AvgRow> rows) => rows.Select(row => Text(
    [
        Time(row.Bar.WindowStartMicros), WindowEnd(row), .. new[] { row.Bar.AvgClose, row.Bar.LastClose, row.Bar.Open, row.Bar.High, row.Bar.Low }
            .Select(price => price.ToString("R", CultureInfo.InvariantCulture)),
        row.Bar.Volume?.ToString(CultureInfo.InvariantCulture), row.Bar.TickCount.ToString(CultureInfo.InvariantCulture), row.Ticker, Date(row),
    ]));

    /// <summary>A row in one text; numbers in the shortest form that reads back, because programs print exponents each their own way.</summary>
    private static string Text(string?[] row) => string.Join('|', row.Select((value, column)
        => column is >= 2 and <= 6 ? Number(value)?.ToString("R", CultureInfo.InvariantCulture) : value));

    private static double? Number(string? text) => text is null ? null : double.Parse(text, CultureInfo.InvariantCulture);

    private static string WindowEnd(AvgRow row) => Time(row.Bar.WindowEndMicros);

    private static string Date(AvgRow row) => row.TradeDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(long micros) => IsoTime.ToDateTime(micros).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private async Task<IReadOnlyCollection<AvgRow>> RowsAsync() => (await Oracle.LakeAsync(_folder["data/lake"])).Values;

    private async Task RunSampleAsync()
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "sample", "--tickers", "3")).ShouldExit(0);
        await RunAsync("sample", "--limit", "20000");
    }

    private async Task RunAsync(params string[] inputs)
    {
        (await Cli.ProducerAsync(_folder.Path, ["replay", .. inputs, "--speed", "max", "--create-stream"])).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
    }

    public void Dispose() => _folder.Dispose();
}
