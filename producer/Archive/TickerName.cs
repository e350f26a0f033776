namespace Streaming.Producer.Archive;

/// <summary>The ticker that the name of a file says, for <c>--ticker-from-file-name</c>.</summary>
internal static class TickerName
{
    private static readonly string[] Extensions =
        [".parquet", ".parq", ".pq", ".csv", ".tsv", ".txt", ".dat", ".snappy", ".gz", ".gzip", ".zst", ".zstd", ".br", ".lz4"];

    /// <summary>
    /// The name without its extensions (BRK.B.csv is BRK.B); of several parts joined by blanks or underscores, the only one in capitals
    /// (stocks_AAPL, AAPL_1min). Null where that leaves a choice.
    /// </summary>
    public static string? Of(string path)
    {
        string name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        while (Array.Find(Extensions, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) is { } extension)
            name = name[..^extension.Length];
        string[] parts = name.Split(['_', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) return parts.FirstOrDefault();
        string[] tickers = Array.FindAll(parts, IsInCapitals);
        return tickers.Length == 1 ? tickers[0] : null;
    }

    /// <summary>As exchanges write tickers: a capital letter (or ^ before it) first, then capitals, digits and <c>. - = ^ /</c>.</summary>
    public static bool IsInCapitals(string text)
        => text.TrimStart('^') is [>= 'A' and <= 'Z', ..]
            && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '=' or '^' or '/');
}
