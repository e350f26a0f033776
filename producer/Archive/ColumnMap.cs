using Streaming.Shared;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Which column of a file is which field: as the user says (<c>close=px</c>), or by <see cref="ColumnNames"/>.</summary>
internal sealed class ColumnMap
{
    private readonly Dictionary<TickField, string> _given;

    private ColumnMap(Dictionary<TickField, string> given) => _given = given;

    public static ColumnMap Usual { get; } = new([]);

    /// <param name="lists">Each <c>ticker=sym,close=px</c>, with names that have no comma and no blanks around them.</param>
    /// <param name="single">Each <c>close=NAME</c>: the name is everything behind the first equals sign.</param>
    /// <exception cref="UsageException">Not of that form, or a field that a tick does not have.</exception>
    public static ColumnMap Parse(IEnumerable<string> lists, IEnumerable<string>? single = null)
    {
        var given = new Dictionary<TickField, string>();
        const StringSplitOptions trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string pair in lists.SelectMany(list => list.Split(',', trimmed)))
            Add(given, "--columns", pair, pair.Split('=', 2, StringSplitOptions.TrimEntries));
        foreach (string pair in single ?? []) Add(given, "--column", pair, pair.Split('=', 2));
        return new ColumnMap(given);
    }

    private static void Add(Dictionary<TickField, string> given, string option, string pair, string[] parts)
    {
        if (parts.Length != 2 || parts[1].Length == 0)
            throw new UsageException($"{option} {pair}: write field=column, for example --column close=px.");
        string name = parts[0].Trim();
        if (!Enum.TryParse(name, ignoreCase: true, out TickField field) || !char.IsLetter(name[0]))
            throw new UsageException(
                $"{option} {pair}: {name} is no field. Fields: ticker, timestamp, date, open, high, low, close, volume.");
        if (!given.TryAdd(field, parts[1])) throw new UsageException($"{option}: {name} is given twice.");
    }

    public bool IsGiven(TickField field) => _given.ContainsKey(field);

    /// <summary>The first column that can be the field by its type, or null if the file has none.</summary>
    /// <param name="refused">The first column that has a name of the field and an unusable type; null if there is none.</param>
    /// <exception cref="ParquetException">The file lacks a column that the user named, or a name is ambiguous.</exception>
    public ParquetColumn? Find(string file, IReadOnlyList<ParquetColumn> columns, TickField field, out UnusableColumn? refused)
    {
        refused = null;
        if (_given.TryGetValue(field, out string? name))
        {
            ParquetColumn given = Given(file, columns, name)
                ?? throw new ParquetException(file, $"there is no column {name} (--column). {Has(columns)}");
            if (ColumnTypes.Unusable(field, given) is not { } problem) return given;
            refused = new UnusableColumn(given, problem);
            return null;
        }

        foreach (string usual in ColumnNames.All(field))
        {
            if (Usually(file, columns, usual) is not { } column || _given.Any(given => IsNamed(column, given.Value))) continue;
            if (ColumnTypes.Unusable(field, column) is not { } problem) return column;
            refused ??= new UnusableColumn(column, problem);
        }

        return null;
    }

    public static string Has(IReadOnlyList<ParquetColumn> columns)
        => $"It has {string.Join(", ", columns.Take(20).Select(column => column.Name))}{(columns.Count > 20 ? ", ..." : "")}.";

    private static bool IsNamed(ParquetColumn column, string name) => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase);

    // A name that the user gave is taken as it stands.
    private static ParquetColumn? Given(string file, IReadOnlyList<ParquetColumn> columns, string name)
        => Only(file, name, [.. columns.Where(column => IsNamed(column, name))]);

    private static ParquetColumn? Usually(string file, IReadOnlyList<ParquetColumn> columns, string name)
    {
        ParquetColumn[] matches = [.. columns.Where(column => ColumnNames.Matches(column.Name, name))];
        // Close before "Close ".
        if (matches.Length > 1 && Array.FindAll(matches, column => IsNamed(column, name)) is { Length: > 0 } plain) matches = plain;
        return Only(file, name, matches);
    }

    private static ParquetColumn? Only(string file, string name, ParquetColumn[] matches)
    {
        if (matches.Length <= 1) return matches.FirstOrDefault();
        string names = string.Join(" and ", matches.Select(column => column.Name));
        return Array.Find(matches, column => column.Name == name)
            ?? throw new ParquetException(file, $"columns {names} differ only in case: choose with --column.");
    }
}

/// <summary>A column that has the name of a field and cannot be it.</summary>
internal sealed record UnusableColumn(ParquetColumn Column, string Problem)
{
    public override string ToString() => $"column {Column.Name} is {ColumnTypes.Describe(Column)}: {Problem}";
}
