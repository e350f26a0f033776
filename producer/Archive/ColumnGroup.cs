using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>The columns of one ticker in a file that has a group of columns for each (a flattened yfinance download).</summary>
internal sealed record ColumnGroup(string Ticker, IReadOnlyDictionary<TickField, ParquetColumn> Columns)
{
    private delegate bool TryParse(string name, out string first, out string second);

    private sealed record Named(ParquetColumn Column, string First, string Second);

    /// <summary>In the order of their first columns; empty if the file is not of this form.</summary>
    /// <param name="isTickerKnown">The file has its ticker from elsewhere, so that Close_AAPL means nothing.</param>
    public static IReadOnlyList<ColumnGroup> Of(IReadOnlyList<ParquetColumn> columns, bool isTickerKnown)
    {
        List<Named> names = Parse(columns, GroupName.TryTuple);
        if (names.Count == 0 && !isTickerKnown) names = Parse(columns, GroupName.TryJoined);
        if (names.Count == 0 || FieldComesFirst(names) is not { } fieldFirst) return [];
        return [.. names.GroupBy(name => fieldFirst ? name.Second : name.First, StringComparer.Ordinal)
            .Select(group => new ColumnGroup(group.Key, Fields(group, fieldFirst)))
            .Where(group => group.Columns.ContainsKey(TickField.Close))];
    }

    private static List<Named> Parse(IReadOnlyList<ParquetColumn> columns, TryParse parse)
    {
        var names = new List<Named>();
        foreach (ParquetColumn column in columns)
        {
            if (parse(column.Name, out string first, out string second) && first.Length > 0 && second.Length > 0)
                names.Add(new Named(column, first, second));
        }

        return names;
    }

    // Which half has fields in all names; in pandas' own case, where both have: ('Close', 'LOW') is of the ticker LOW.
    private static bool? FieldComesFirst(List<Named> names)
    {
        foreach (StringComparison comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
        {
            if (names.TrueForAll(name => GroupName.IsField(name.First, comparison))) return true;
            if (names.TrueForAll(name => GroupName.IsField(name.Second, comparison))) return false;
        }

        return null;
    }

    // A column without a single value has no type, and cannot be used.
    private static Dictionary<TickField, ParquetColumn> Fields(IEnumerable<Named> group, bool fieldFirst)
    {
        var fields = new Dictionary<TickField, ParquetColumn>();
        foreach (Named name in group)
        {
            if (GroupName.FieldOf(fieldFirst ? name.First : name.Second) is { } field && ColumnTypes.Unusable(field, name.Column) is null)
                fields.TryAdd(field, name.Column);
        }

        return fields;
    }
}
