using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Querying;

/// <summary>Rows of <c>avg_1min</c> for people (a table) and for programs (one JSON object a line).</summary>
public static class AvgRowTable
{
    /// <summary>Terminals that are narrower than these see less, rather than broken lines: first no open, high and low, then no date and volume either.</summary>
    private const int FullWidth = 148;
    private const int MediumWidth = 118;

    public static void Write(IAnsiConsole console, IReadOnlyList<AvgRow> rows)
    {
        Dictionary<string, PriceFormat> formats = rows.GroupBy(row => row.Ticker).ToDictionary(
            ticker => ticker.Key, ticker => new PriceFormat(ticker.SelectMany(row => row.Trend.Append(row.Bar)).SelectMany(bar => (double[])[bar.LastClose, bar.Open, bar.High, bar.Low])));
        Table table = new Table().Border(TableBorder.Simple);
        Column[] columns = [.. Columns(console.Profile.Width)];
        foreach (Column column in columns)
        {
            TableColumn header = new TableColumn(column.Name).NoWrap();
            table.AddColumn(column.IsNumber ? header.RightAligned() : header);
        }

        foreach (AvgRow row in rows) table.AddRow([.. columns.Select(column => new Text(column.Cell(row, formats[row.Ticker])))]);
        console.Write(table);
    }

    private static IEnumerable<Column> Columns(int width)
    {
        bool isMedium = width >= MediumWidth;
        int trend = width >= FullWidth ? AvgRow.TrendLength : isMedium ? 20 : 8;
        yield return new("ticker", false, (row, _) => row.Ticker);
        if (isMedium) yield return new("trade_date", false, (row, _) => row.TradeDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        yield return new("window_start", false, (row, _) => IsoTime.ToDateTime(row.Bar.WindowStartMicros).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        yield return new("avg_close", true, (row, format) => format.Mean(row.Bar.AvgClose));
        yield return new("last_close", true, (row, format) => format.Price(row.Bar.LastClose));
        if (width >= FullWidth)
        {
            yield return new("open", true, (row, format) => format.Price(row.Bar.Open));
            yield return new("high", true, (row, format) => format.Price(row.Bar.High));
            yield return new("low", true, (row, format) => format.Price(row.Bar.Low));
        }

        if (isMedium) yield return new("volume", true, (row, _) => row.Bar.Volume is { } volume ? PriceFormat.Volume(volume) : "");
        yield return new("tick_count", true, (row, _) => row.Bar.TickCount.ToString("N0", CultureInfo.InvariantCulture));
        yield return new("trend", false, (row, _) => SparkLine.Of([.. row.Trend.TakeLast(trend).Select(bar => bar.AvgClose)]));
    }

    private sealed record Column(string Name, bool IsNumber, Func<AvgRow, PriceFormat, string> Cell);

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
