using System.Text;

namespace Streaming.Producer.Archive;

/// <summary>
/// Names of columns that say a field and a ticker: a flattened pandas header, <c>('Close', 'AAPL')</c> or <c>Close_AAPL</c>, in either order.
/// </summary>
internal static class GroupName
{
    private static readonly string[] FieldNames = ["Open", "High", "Low", "Close", "Volume"];

    /// <summary>With those that stand beside them in such a file and are not used.</summary>
    private static readonly string[] AllNames = [.. FieldNames, "Adj Close", "Price", "Dividends", "Stock Splits", "Capital Gains", "Repaired?"];

    /// <summary>Python's text of a pair of texts.</summary>
    public static bool TryTuple(string name, out string first, out string second)
    {
        first = second = "";
        string text = name.Trim();
        if (text is not ['(', .., ')']) return false;
        int at = 1;
        if (!TryText(text, ref at, out first)) return false;
        while (at < text.Length && text[at] == ' ') at++;
        if (text[at++] != ',') return false;
        while (at < text.Length && text[at] == ' ') at++;
        return TryText(text, ref at, out second) && at == text.Length - 1;
    }

    /// <summary><c>Close_AAPL</c>: a field as pandas writes it, and a ticker in capitals, so that close_price is none.</summary>
    public static bool TryJoined(string name, out string first, out string second)
    {
        first = second = "";
        string? field = Array.Find(AllNames, field => name.StartsWith(field + "_", StringComparison.Ordinal));
        bool isFieldFirst = field is not null;
        field ??= Array.Find(AllNames, field => name.EndsWith("_" + field, StringComparison.Ordinal));
        if (field is null) return false;
        string ticker = isFieldFirst ? name[(field.Length + 1)..] : name[..^(field.Length + 1)];
        (first, second) = isFieldFirst ? (field, ticker) : (ticker, field);
        return TickerName.IsInCapitals(ticker);
    }

    /// <param name="comparison">pandas' own case tells the field Low from the ticker LOW.</param>
    public static bool IsField(string name, StringComparison comparison) => Array.Exists(AllNames, field => string.Equals(field, name, comparison));

    /// <summary>The field of a tick, or null.</summary>
    public static TickField? FieldOf(string name)
        => FieldNames.Contains(name, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<TickField>(name, ignoreCase: true) : null;

    private static bool TryText(string text, ref int at, out string value)
    {
        value = "";
        char quote = text[at];
        if (quote is not ('\'' or '"')) return false;
        var read = new StringBuilder();
        for (at++; at < text.Length - 1 && text[at] != quote; at++)
        {
            if (text[at] == '\\') at++;
            read.Append(text[at]);
        }

        value = read.ToString();
        return at++ < text.Length - 1;
    }
}
