using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Querying;

/// <summary>Rows of <c>avg_1min</c> for people (a table) and for programs (one JSON object a line).</summary>
public static class AvgRowTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<AvgRow> rows)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("ticker");
        foreach (string name in (string[])["trade_date", "window_start", "window_end"]) table.AddColumn(name);
        foreach (string name in (string[])["avg_close", "last_close", "open", "high", "low", "volume", "tick_count"])
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (AvgRow row in rows)
        {
            table.AddRow([.. Cells(row).Select(cell => new Text(cell))]);
        }

        console.Write(table);
    }

    private static string[] Cells(AvgRow row) =>
    [
        row.Ticker,
        row.TradeDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Time(row.Bar.WindowStartMicros),
        Time(row.Bar.WindowEndMicros),
        // The mean has as many digits as the division gives; people want a price's.
        Math.Round(row.Bar.AvgClose, 6).ToString(CultureInfo.InvariantCulture),
        row.Bar.LastClose.ToString(CultureInfo.InvariantCulture),
        row.Bar.Open.ToString(CultureInfo.InvariantCulture),
        row.Bar.High.ToString(CultureInfo.InvariantCulture),
        row.Bar.Low.ToString(CultureInfo.InvariantCulture),
        row.Bar.Volume?.ToString(CultureInfo.InvariantCulture) ?? "",
        row.Bar.TickCount.ToString(CultureInfo.InvariantCulture),
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
