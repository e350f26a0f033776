using System.Globalization;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Csv;

/// <summary>
/// What the first lines of a CSV say: delimiter, names of the columns, where the rows begin. Throws <see cref="InvalidDataException"/> if it is no CSV with a header.
/// </summary>
/// <param name="Names">In the order of the fields; may be empty or repeated.</param>
/// <param name="FirstRow">Where the rows begin.</param>
internal sealed record CsvHeader(byte Delimiter, string[] Names, CsvPlace FirstRow)
{
    /// <summary>Far more than 1,000 tickers side by side need.</summary>
    private const int MaxColumns = 16_384;

    /// <summary>Bytes in which the first line has to end, for the delimiter to be found.</summary>
    private const int MaxLookAhead = 256 << 10;

    private const string Delimiters = ",;|\t";

    public static CsvHeader Read(CsvRecords records)
    {
        SkipByteOrderMark(records);
        byte delimiter = SkipDelimiterLine(records) ?? FindDelimiter(records.Peek(MaxLookAhead));
        string[] names = ReadNames(records, delimiter) ?? throw new InvalidDataException("it is empty.");
        CsvPlace firstRow = records.Place;
        if (names.Length > MaxColumns) throw new InvalidDataException($"its first line has {names.Length} fields; at most {MaxColumns} columns are read.");
        if (TickerLevels(records, delimiter, names) is { } levels) (names, firstRow) = (levels, records.Place);
        else if (IsData(names))
            throw new InvalidDataException("its first line is data, not a header. Put the columns' names before it, for example date,open,high,low,close,volume,ticker.");
        return new CsvHeader(delimiter, names, firstRow);
    }

    private static void SkipByteOrderMark(CsvRecords records)
    {
        ReadOnlySpan<byte> head = records.Peek(4);
        if (head.IsEmpty) throw new InvalidDataException("it is empty.");
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) records.Skip(3);
        else if (head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, 0, 0xFE, 0xFF, ..])
            throw new InvalidDataException("it is UTF-16 or UTF-32; only UTF-8 is read. Convert it: iconv -f UTF-16 -t UTF-8 IN > OUT.");
    }

    // Excel takes the delimiter from a first line "sep=;".
    private static byte? SkipDelimiterLine(CsvRecords records)
    {
        ReadOnlySpan<byte> head = records.Peek(6);
        if (head.Length < 6 || head[5] is not ((byte)'\r' or (byte)'\n') || !Delimiters.Contains((char)head[4], StringComparison.Ordinal)) return null;
        if (!System.Text.Ascii.EqualsIgnoreCase(head[..4], "sep="u8)) return null;
        byte delimiter = head[4];
        records.TryRead(delimiter, out _, out _, out _);
        return delimiter;
    }

    // The one that is most frequent in the first line, outside quotes.
    private static byte FindDelimiter(ReadOnlySpan<byte> head)
    {
        Span<int> counts = stackalloc int[Delimiters.Length];
        bool isQuoted = false;
        bool isBlank = true;
        foreach (byte c in head)
        {
            if (c == 0) throw new InvalidDataException("it is not text: its first line holds a NUL byte.");
            if (c == '"') isQuoted = !isQuoted;
            if (isQuoted) continue;
            if (c is (byte)'\r' or (byte)'\n' && !isBlank) break;
            isBlank &= c is (byte)'\r' or (byte)'\n' or (byte)' ';
            int delimiter = Delimiters.IndexOf((char)c, StringComparison.Ordinal);
            if (delimiter >= 0) counts[delimiter]++;
        }

        int most = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[most]) most = i;
        }

        return counts[most] > 0
            ? (byte)Delimiters[most]
            : throw new InvalidDataException("its first line has no delimiter (comma, semicolon, bar or tab), so that it holds no columns.");
    }

    private static string[]? ReadNames(CsvRecords records, byte delimiter)
    {
        if (!records.TryRead(delimiter, out ReadOnlySpan<byte> record, out long line, out FaultKind fault)) return null;
        if (fault != FaultKind.None) throw new InvalidDataException($"its header on line {line} cannot be read: {new RowFault(default, fault)}.");
        return Split(record, delimiter);
    }

    // As yf.download(...).to_csv() writes it: "Price,Close,Open", "Ticker,AAPL,AAPL", "Date,,". Null if the two lines after the first are no such levels.
    private static string[]? TickerLevels(CsvRecords records, byte delimiter, string[] first)
    {
        if (Next() is not { } second || second.Length != first.Length || Next() is not { } third || third.Length != first.Length) return null;
        bool isNamed = third[0].Length > 0 && third.AsSpan(1).IndexOfAnyExcept("") < 0;
        if (first.Length < 2 || !isNamed || IsData(first) || first.AsSpan(1).Contains("") || second.AsSpan(1).Contains("")) return null;

        // With group_by="ticker" the tickers come first.
        bool isTickerFirst = !HasClose(first) && HasClose(second);
        var names = new string[first.Length];
        names[0] = third[0];
        for (int i = 1; i < names.Length; i++)
            names[i] = isTickerFirst ? $"('{second[i]}', '{first[i]}')" : $"('{first[i]}', '{second[i]}')";
        return names;

        string[]? Next() => records.TryRead(delimiter, out ReadOnlySpan<byte> record, out _, out FaultKind fault) && fault == FaultKind.None
            ? Split(record, delimiter)
            : null;
    }

    private static string[] Split(ReadOnlySpan<byte> record, byte delimiter)
    {
        using var fields = new CsvFields(delimiter);
        fields.Add(record);
        return [.. fields.ToText()[0].Select(field => field.Trim())];
    }

    private static bool HasClose(string[] names) => names.Skip(1).Any(name => name.Equals("close", StringComparison.OrdinalIgnoreCase));

    // Names are rarely numbers or times; of data, most fields are.
    private static bool IsData(string[] fields)
    {
        int values = fields.Count(field => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            || IsoTime.TryParse(System.Text.Encoding.UTF8.GetBytes(field), out long _)
            || DateOnly.TryParse(field, CultureInfo.InvariantCulture, out _));
        return values * 2 > fields.Count(field => field.Length > 0);
    }
}
