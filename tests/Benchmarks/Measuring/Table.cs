using System.Globalization;
using System.Text;

namespace Streaming.Tests.Benchmarks.Measuring;

/// <summary>Rows as a Markdown table whose columns also line up on a terminal.</summary>
internal static class Table
{
    private static readonly string[] Head = ["stage", "measured against", "median", "min", "max", "unit", "must", "goal", "verdict"];

    public static string Render(IReadOnlyList<Row> rows)
    {
        string[][] cells = [Head, .. rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Head.Length).Select(column => cells.Max(row => row[column].Length))];
        var text = new StringBuilder();
        Append(text, cells[0], widths);
        Append(text, [.. widths.Select(width => new string('-', width))], widths);
        foreach (string[] row in cells.Skip(1)) Append(text, row, widths);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] cells, int[] widths)
        => text.Append("| ").AppendJoin(" | ", cells.Zip(widths, (cell, width) => cell.PadRight(width))).AppendLine(" |");

    private static string[] Cells(Row row) =>
    [
        row.Stage, row.Against, Number(row.Value.Median), Number(row.Value.Min), Number(row.Value.Max), row.Unit,
        Limit(row.Target, row.Target?.Must), Limit(row.Target, row.Target?.Goal),
        row.Verdict switch { Verdict.Informs => "", Verdict.Goal => "goal", Verdict.Short => "must", _ => "FAILS" },
    ];

    private static string Limit(Target? target, double? limit)
        => limit is { } number ? (target!.LargerIsBetter ? ">= " : "<= ") + number.ToString("0.##", CultureInfo.InvariantCulture) : "";

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString(Math.Abs(value) < 100 ? "0.00" : "0", CultureInfo.InvariantCulture);
}
