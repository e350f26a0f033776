namespace Streaming.Producer.Archive;

/// <summary>
/// The names by which columns are found: the usual ones in any case, then those of common vendors. Blanks around a name, angle brackets
/// (<c>&lt;CLOSE&gt;</c>) and the empty half of a flattened pandas name (<c>('Date', '')</c>) do not count.
/// </summary>
internal static class ColumnNames
{
    private static readonly Dictionary<TickField, string[]> Usual = new()
    {
        [TickField.Ticker] = ["ticker", "symbol"],
        // Beside a datetime, a time is its time of day.
        [TickField.Timestamp] = ["timestamp", "ts", "datetime", "time"],
        [TickField.Date] = ["date"],
        [TickField.Open] = ["open"],
        [TickField.High] = ["high"],
        [TickField.Low] = ["low"],
        [TickField.Close] = ["close", "price", "last"],
        [TickField.Volume] = ["volume", "size"],
    };

    // Databento, Polygon, Alpaca, Binance, Stooq. Of trades c is the conditions, so that p comes first.
    private static readonly Dictionary<TickField, string[]> Vendors = new()
    {
        [TickField.Ticker] = ["sym", "instrument", "T", "S"],
        [TickField.Timestamp] = ["ts_event", "window_start", "sip_timestamp", "open_time", "t"],
        [TickField.Date] = [],
        [TickField.Open] = ["o"],
        [TickField.High] = ["h"],
        [TickField.Low] = ["l"],
        [TickField.Close] = ["px", "p", "c"],
        [TickField.Volume] = ["vol", "qty", "v", "s"],
    };

    /// <summary>Names that pandas gives to an index without one; a time only if its type says so.</summary>
    public static readonly string[] Index = ["index", "__index_level_0__"];

    public static IReadOnlyList<string> UsualNames(TickField field) => Usual[field];

    /// <summary>In the order in which they are tried.</summary>
    public static IEnumerable<string> All(TickField field) => Usual[field].Concat(Vendors[field]);

    /// <summary>What a Hive folder above the file says of the field, or null.</summary>
    public static string? Folder(InputFile input, TickField field)
        => input.Partitions.FirstOrDefault(part => Usual[field].Contains(part.Key, StringComparer.OrdinalIgnoreCase)).Value;

    /// <summary>The column's name is that name. The case of a single letter counts: t is a time, T a ticker.</summary>
    public static bool Matches(string column, string name)
        => string.Equals(Plain(column), name, name.Length == 1 ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private static string Plain(string column)
    {
        if (GroupName.TryTuple(column, out string first, out string second))
        {
            if (second.Length == 0) return first;
            if (first.Length == 0) return second;
        }

        string plain = column.Trim();
        return plain is ['<', .., '>'] ? plain[1..^1] : plain;
    }
}
