using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Values;

/// <summary>
/// Times of day beside a date: TIME, <c>9:30</c>, <c>09:30:00.123</c>, or digits. The column's longest number says what its digits are: up
/// to four hhmm, up to six hhmmss, more are fractions of the second behind it (93000000 is 09:30:00.000).
/// </summary>
internal static class TimeOfDay
{
    /// <summary>hhmmss and nine decimals.</summary>
    public const int MaxDigits = 15;

    /// <param name="digits">Length of the column's longest number.</param>
    /// <param name="micros">Get microseconds since midnight.</param>
    public static void Convert(ParquetColumn column, ColumnVector from, int digits, Span<long> micros, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            micros[row] = 0;
            FaultKind kind = FaultKind.Missing;
            if (!from.IsNull[row]) kind = TryRead(column, from, row, digits, out micros[row]) ? FaultKind.None : FaultKind.NotATimeOfDay;
            if (kind != FaultKind.None && faults[row].IsNone) faults[row] = new RowFault(TickField.Timestamp, kind);
        }
    }

    public static bool TryRead(ParquetColumn column, ColumnVector from, int row, int digits, out long micros)
    {
        if (ColumnTypes.IsTimeOfDay(column))
        {
            micros = EventTime.FromRaw(column, from.Longs[row]);
            return micros is >= 0 and < EventTime.MicrosPerDay;
        }

        if (TryNumber(column, from, row, out long number, out int own)) return TryDigits(number, Math.Max(own, digits), out micros);
        micros = 0;
        return ColumnTypes.IsText(column) && TryText(from.Bytes(row), out micros);
    }

    /// <summary>The row's number and the digits it is written with, if it is one.</summary>
    public static bool TryNumber(ParquetColumn column, ColumnVector from, int row, out long number, out int digits)
    {
        (number, digits) = (0, 0);
        if (ColumnTypes.IsText(column))
        {
            ReadOnlySpan<byte> text = from.Bytes(row);
            digits = text.Length;
            if (digits is 0 or > MaxDigits || text.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
            return long.TryParse(text, out number);
        }

        if (column.Type == PhysicalType.Double)
        {
            number = (long)from.Doubles[row];
            if (number != from.Doubles[row]) return false;
        }
        else if (ColumnTypes.IsPlainInteger(column))
        {
            number = from.Longs[row];
        }
        else
        {
            return false;
        }

        digits = DigitsOf(number);
        return number >= 0 && digits <= MaxDigits;
    }

    public static int DigitsOf(long number)
    {
        int digits = 1;
        while ((number /= 10) != 0) digits++;
        return digits;
    }

    /// <summary>hhmm, hhmmss or hhmmss with decimals behind it, by the digits.</summary>
    public static bool TryDigits(long number, int digits, out long micros)
    {
        micros = 0;
        long fraction = 0;
        if (digits <= 4) number *= 100;
        for (int left = digits - 6; left > 0; left -= 3)
        {
            // From the finest thousandth on; what is finer than microseconds is cut off.
            fraction = (number % 1000 * 1000) + (fraction / 1000);
            number /= 1000;
            if (left <= 3) micros = fraction;
        }

        long hour = number / 10_000, minute = number / 100 % 100, second = number % 100;
        if (hour > 23 || minute > 59 || second > 59) return false;
        micros += ((hour * 3600) + (minute * 60) + second) * EventTime.MicrosPerSecond;
        return true;
    }

    private static bool TryText(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        // The rest is as of any other time: a day is put before it, and a zero where the hour has one digit.
        Span<byte> full = stackalloc byte[40];
        int hourDigits = text.IndexOf((byte)':');
        if (hourDigits is not (1 or 2) || text.Length > 24) return false;
        "1970-01-01T0"u8.CopyTo(full);
        int start = hourDigits == 1 ? 12 : 11;
        text.CopyTo(full[start..]);
        return Shared.Ticks.IsoTime.TryParseWritten(full[..(start + text.Length)], out micros, out int? offset) && offset is null;
    }
}
