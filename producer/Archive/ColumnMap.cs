using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Which column of a file is which field: by the usual names in any case, or as the user says (<c>close=px</c>).</summary>
internal sealed class ColumnMap
{
    private static readonly Dictionary<TickField, string[]> UsualNames = new()
    {
        [TickField.Ticker] = ["ticker", "symbol"],
        [TickField.Timestamp] = ["timestamp", "ts", "time", "datetime"],
        [TickField.Date] = ["date"],
        [TickField.Open] = ["open"],
        [TickField.High] = ["high"],
        [TickField.Low] = ["low"],
        [TickField.Close] = ["close", "price", "last"],
        [TickField.Volume] = ["volume", "size"],
    };

    private readonly Dictionary<TickField, string> _given;

    private ColumnMap(Dictionary<TickField, string> given) => _given = given;

    public static ColumnMap Usual { get; } = new([]);

    /// <summary>Parses <c>ticker=sym,close=px</c>.</summary>
    /// <exception cref="UsageException">Not of that form, or a field that a tick does not have.</exception>
    public static ColumnMap Parse(IEnumerable<string> map)
    {
        var given = new Dictionary<TickField, string>();
        foreach (string pair in map.SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            string[] parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || parts[1].Length == 0)
                throw new UsageException($"--columns {pair}: write field=column, for example ticker=sym,close=px.");
            if (!Enum.TryParse(parts[0], ignoreCase: true, out TickField field) || !char.IsLetter(parts[0][0]))
                throw new UsageException($"--columns {pair}: {parts[0]} is no field. Fields: ticker, timestamp, date, open, high, low, close, volume.");
            if (!given.TryAdd(field, parts[1])) throw new UsageException($"--columns: {parts[0]} is given twice.");
        }

        return new ColumnMap(given);
    }

    /// <summary>The column of a field, or null if the file has none.</summary>
    /// <exception cref="ParquetException">The file lacks a column that the user named, the name is ambiguous, or the column cannot be used.</exception>
    public ParquetColumn? Find(string file, IReadOnlyList<ParquetColumn> columns, TickField field)
    {
        if (_given.TryGetValue(field, out string? name))
        {
            return Named(file, columns, name)
                ?? throw new ParquetException(file, $"there is no column {name} (--columns). {Has(columns)}");
        }

        foreach (string usual in UsualNames[field])
        {
            ParquetColumn? column = Named(file, columns, usual);
            if (column is not null && !_given.ContainsValue(column.Name)) return column;
        }

        return null;
    }

    /// <summary>Usual names of a field, and what the file has, for a message that a column is missing.</summary>
    public static string Missing(IReadOnlyList<ParquetColumn> columns, params ReadOnlySpan<TickField> fields)
    {
        var names = new List<string>();
        foreach (TickField field in fields) names.AddRange(UsualNames[field]);
        return $"no column {string.Join(" or ", names)}. {Has(columns)} Name the right one with --columns.";
    }

    public static bool IsUsualName(TickField field, string name) => UsualNames[field].Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string Has(IReadOnlyList<ParquetColumn> columns)
        => $"It has {string.Join(", ", columns.Take(20).Select(column => column.Name))}{(columns.Count > 20 ? ", ..." : "")}.";

    private static ParquetColumn? Named(string file, IReadOnlyList<ParquetColumn> columns, string name)
    {
        ParquetColumn[] matches = [.. columns.Where(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))];
        if (matches.Length > 1 && Array.Find(matches, column => column.Name == name) is { } exact) matches = [exact];
        return matches switch
        {
            [] => null,
            [{ IsNested: true }] => throw new ParquetException(file, $"column {name} is nested, which cannot be read."),
            [var column] => column,
            _ => throw new ParquetException(file, $"columns {string.Join(" and ", matches.Select(c => c.Name))} differ only in case: choose with --columns."),
        };
    }
}
