using System.Globalization;

namespace Streaming.Shared.Ticks;

/// <summary>
/// A price in units of 1e-12 as a 128-bit integer, so that sums do not depend on the order of their terms. The decimal text is
/// what counts, not the nearest double: 0.1 is 100,000,000,000 units. Digits finer than 1e-12 are rounded once, half to even;
/// of a text with more than 28 significant digits the first 28 count.
/// </summary>
public static class ExactPrice
{
    /// <summary>Decimal digits of a unit.</summary>
    public const int Scale = 12;

    private const decimal UnitsPerOne = 1_000_000_000_000m;

    /// <summary>Up to here every whole number is a double.</summary>
    private const long MaxExactDouble = 1L << 53;

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, Scale + 1).Select(n => (long)Math.Pow(10, n))];

    /// <summary>
    /// Units of a JSON number that was found to be a price (<see cref="TickRules.IsPrice"/>).
    /// </summary>
    public static Int128 Parse(ReadOnlySpan<byte> number)
    {
        // Up to 18 digits fit a long; that is every price that a market quotes.
        long digits = 0;
        int fraction = -1;
        if (number.Length <= 19)
        {
            foreach (byte c in number)
            {
                if (c == '.' && fraction < 0)
                {
                    fraction = 0;
                    continue;
                }

                if (c is < (byte)'0' or > (byte)'9' || (fraction >= 0 && ++fraction > Scale)) return ParseSlow(number);
                digits = (digits * 10) + (c - '0');
            }

            return (Int128)digits * PowersOfTen[Scale - Math.Max(fraction, 0)];
        }

        return ParseSlow(number);
    }

    /// <summary>The simple twin of <see cref="Parse"/>, for exponents and many digits.</summary>
    internal static Int128 ParseSlow(ReadOnlySpan<byte> number)
        => (Int128)(Math.Round(decimal.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture), Scale, MidpointRounding.ToEven) * UnitsPerOne);

    /// <summary>The mean of <paramref name="count"/> prices: rounded half up to a unit, then to the nearest double.</summary>
    public static double Mean(Int128 sum, long count)
    {
        if (sum > long.MaxValue) return MeanSlow(sum, count);
        (long units, long rest) = Math.DivRem((long)sum, count);
        if (rest >= count - rest) units++;

        // Both sides are doubles themselves, so their quotient is rounded once.
        return units <= MaxExactDouble ? units / (double)UnitsPerOne : MeanSlow(sum, count);
    }

    /// <summary>The simple twin of <see cref="Mean"/>: text is the one conversion that is correctly rounded for all magnitudes.</summary>
    internal static double MeanSlow(Int128 sum, long count)
    {
        (Int128 units, Int128 rest) = Int128.DivRem(sum, count);
        if (rest * 2 >= count) units++;
        Span<byte> text = stackalloc byte[64];
        units.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        "E-12"u8.CopyTo(text[length..]);
        return double.Parse(text[..(length + 4)], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
