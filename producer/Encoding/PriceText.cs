using System.Globalization;

namespace Streaming.Producer.Encoding;

/// <summary>
/// The shortest text that reads back to the same double: what .NET writes by default, and valid JSON (1E-07 too). Prices of up to four
/// decimals, which nearly all are, take a way of their own, several times as fast as looking for the shortest text.
/// </summary>
internal static class PriceText
{
    private const int Decimals = 4;
    private const int UnitsPerOne = 10_000;

    /// <summary>
    /// Of at most 15 digits, so that no two numbers of units are the same double: if a price is a number of units then the text of
    /// that number, without zeros at its end, is the shortest one.
    /// </summary>
    private const double MaxUnits = 999_999_999_999_999;

    /// <returns>Bytes written.</returns>
    public static int Write(double price, Span<byte> target)
    {
        double units = Math.Round(price * UnitsPerOne);
        if (units is not (>= 1 and <= MaxUnits) || units / UnitsPerOne != price) return WriteAny(price, target);
        (ulong whole, ulong fraction) = Math.DivRem((ulong)units, UnitsPerOne);
        int length = Digits.Write(target, whole);
        if (fraction == 0) return length;
        target[length++] = (byte)'.';
        Digits.WriteFour(target[length..], (uint)fraction);
        length += Decimals;
        while (target[length - 1] == '0') length--;
        return length;
    }

    public static int WriteAny(double price, Span<byte> target)
    {
        price.TryFormat(target, out int length, default, CultureInfo.InvariantCulture);
        return length;
    }
}
