using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Querying;

/// <summary>Rows of <c>avg_1min</c> for people (a table) and for programs (one JSON object a line).</summary>
public static class AvgRowTable
{
    /// <summary>Below it a table shows less, rather than breaking its lines.</summary>
    private const int FullWidth = 140;

    public static void Write(IAnsiConsole console, IReadOnlyList<AvgRow> rows)
    {
        bool isFull = console.Profile.Width >= FullWidth;
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("ticker");
        table.AddColumn("trade_date");
        table.AddColumn("window_start");
        foreach (string name in (string[])["avg_close", "last_close", .. isFull ? (string[])["open", "high", "low"] : [], "volume", "tick_count"])
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        table.AddColumn(new TableColumn($"avg_close, {AvgRow.TrendLength} rows").NoWrap());

        Dictionary<string, PriceFormat> formats = rows.GroupBy(row => row.Ticker).ToDictionary(
            ticker => ticker.Key, ticker => new PriceFormat(ticker.SelectMany(row => (double[])[row.Bar.LastClose, row.Bar.Open, row.Bar.High, row.Bar.Low])));
        foreach (AvgRow row in rows) table.AddRow([.. Cells(row, formats[row.Ticker], isFull).Select(cell => new Text(cell))]);
        console.Write(table);
    }

    private static string[] Cells(AvgRow row, PriceFormat format, bool isFull) =>
    [
        row.Ticker,
        row.TradeDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IsoTime.ToDateTime(row.Bar.WindowStartMicros).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        format.Mean(row.Bar.AvgClose),
        format.Price(row.Bar.LastClose),
        .. isFull ? (string[])[format.Price(row.Bar.Open), format.Price(row.Bar.High), format.Price(row.Bar.Low)] : [],
        row.Bar.Volume?.ToString("N0", CultureInfo.InvariantCulture) ?? "",
        row.Bar.TickCount.ToString("N0", CultureInfo.InvariantCulture),
        SparkLine.Of([.. row.Trend.Select(bar => bar.AvgClose)]),
    ];

    public static void WriteJson(TextWriter output, IEnumerable<AvgRow> rows)
    {
        foreach (AvgRow row in rows)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new AvgRowJson(
                    row.Ticker,
                    row.TradeDate,
                    Time(row.Bar.WindowStartMicros),
                    Time(row.Bar.WindowEndMicros),
                    row.Bar.AvgClose,
                    row.Bar.LastClose,
                    row.Bar.Open,
                    row.Bar.High,
                    row.Bar.Low,
                    row.Bar.Volume,
                    row.Bar.TickCount),
                AvgRowJsonContext.Default.AvgRowJson));
        }
    }

    private static string Time(long micros)
        => IsoTime.ToDateTime(micros).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
