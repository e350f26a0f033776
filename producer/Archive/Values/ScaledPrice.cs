using System.Globalization;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Values;

/// <summary>Prices in units of a power of ten (<c>--price-scale 1e-9</c>): the double nearest to the exact product.</summary>
internal static class ScaledPrice
{
    private const int MaxTextLength = 100;

    /// <summary>Beyond it a text of that length is zero or infinite.</summary>
    private const int MaxExponent = 999;

    /// <summary>The largest integer, with which feeds of scaled prices say that there is none.</summary>
    public static bool IsNone(ParquetColumn column, ColumnVector from, int row)
        => column.Type == PhysicalType.Int64 && from.Longs[row] == long.MaxValue;

    public static bool TryRead(ParquetColumn column, ColumnVector from, int row, int exponent, out double price)
    {
        if (column.Logical == LogicalKind.Decimal) price = Number.ToDouble(Number.Unscaled(column, from, row), column.Scale - exponent);
        else if (ColumnTypes.IsFloating(column)) price = Of(from.Doubles[row], exponent);
        else if (column.Type != PhysicalType.ByteArray) price = Number.ToDouble(from.Longs[row], -exponent);
        else return TryText(from.Bytes(row), exponent, out price);
        return true;
    }

    // Powers of ten up to 1e18 are doubles, so that the quotient or product is rounded once.
    private static double Of(double value, int exponent)
        => exponent < 0 ? value / Number.PowersOfTen[-exponent] : value * Number.PowersOfTen[exponent];

    // The exponent is added to the text's own, since the number itself may be no double.
    private static bool TryText(ReadOnlySpan<byte> text, int exponent, out double price)
    {
        price = 0;
        int end = text.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> digits = end < 0 ? text : text[..end];
        if (end >= 0)
        {
            if (!int.TryParse(text[(end + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int own)) return false;
            exponent += Math.Clamp(own, -MaxExponent, MaxExponent);
        }

        if (digits.Length > MaxTextLength) return false;
        Span<byte> scaled = stackalloc byte[MaxTextLength + 8];
        digits.CopyTo(scaled);
        scaled[digits.Length] = (byte)'E';
        exponent.TryFormat(scaled[(digits.Length + 1)..], out int length, default, CultureInfo.InvariantCulture);
        return double.TryParse(scaled[..(digits.Length + 1 + length)], Number.NumberText, CultureInfo.InvariantCulture, out price);
    }
}
