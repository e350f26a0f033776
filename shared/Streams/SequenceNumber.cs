using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Streaming.Shared.Streams;

/// <summary>
/// A record's place in its shard: a decimal number of up to 57 digits (Kinesis uses 56). Held as three base-10^19 limbs,
/// because parsing, printing and comparing such limbs needs no arithmetic wider than 64 bits.
/// </summary>
public readonly record struct SequenceNumber : IComparable<SequenceNumber>
{
    private const int LimbDigits = 19;

    /// <summary>Digits that fit; a longer number is refused when it is parsed.</summary>
    public const int MaxDigits = 3 * LimbDigits;

    /// <summary>As many as Kinesis writes: for these there is a shorter way.</summary>
    internal const int UsualDigits = 56;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly ulong _low;

    private SequenceNumber(ulong high, ulong middle, ulong low) => (_high, _middle, _low) = (high, middle, low);

    /// <summary>Before every record; no record carries it.</summary>
    public static SequenceNumber None => default;

    /// <summary>A number below 10^19, as the local stream uses them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SequenceNumber FromUInt64(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 10_000_000_000_000_000_000UL);
        return new SequenceNumber(0, 0, value);
    }

    /// <summary>The number as 64 bits, if it came from <see cref="FromUInt64"/>.</summary>
    /// <exception cref="OverflowException">The number is larger.</exception>
    public ulong ToUInt64() => _high == 0 && _middle == 0
        ? _low
        : throw new OverflowException($"Sequence number {this} is not one of a local stream.");

    /// <summary>Parses decimal digits, without sign or blanks.</summary>
    public static bool TryParse(ReadOnlySpan<byte> digits, out SequenceNumber number)
    {
        if (digits.Length == UsualDigits) return TryParseUsual(digits, out number);
        number = default;
        if (digits.IsEmpty || digits.Length > MaxDigits) return false;
        int lowStart = Math.Max(0, digits.Length - LimbDigits);
        int middleStart = Math.Max(0, lowStart - LimbDigits);
        if (!TryParseLimb(digits[lowStart..], out ulong low)
            || !TryParseLimb(digits[middleStart..lowStart], out ulong middle)
            || !TryParseLimb(digits[..middleStart], out ulong high))
            return false;
        number = new SequenceNumber(high, middle, low);
        return true;
    }

    /// <summary>Seven groups of eight digits, of which the limbs cut two: 18 + 19 + 19 digits are (8 8 2)(6 8 5)(3 8 8).</summary>
    private static bool TryParseUsual(ReadOnlySpan<byte> digits, out SequenceNumber number)
    {
        number = default;
        // The two vectors share the middle group.
        bool areDigits = EightDigits.TryParseFour(digits, out Vector256<ulong> first)
            & EightDigits.TryParseFour(digits[(UsualDigits - Vector256<byte>.Count)..], out Vector256<ulong> last);
        if (!areDigits) return false;
        (uint highEnd, uint middleStart) = Math.DivRem((uint)first[2], 1_000_000);
        (uint middleEnd, uint lowStart) = Math.DivRem((uint)last[1], 1_000);
        number = new SequenceNumber(
            (((first[0] * EightDigits.Power) + first[1]) * 100) + highEnd,
            (((middleStart * EightDigits.Power) + first[3]) * 100_000) + middleEnd,
            (((lowStart * EightDigits.Power) + last[2]) * EightDigits.Power) + last[3]);
        return true;
    }

    /// <exception cref="FormatException">Not 1 to 57 decimal digits.</exception>
    public static SequenceNumber Parse(string digits)
    {
        Span<byte> ascii = stackalloc byte[MaxDigits];
        return digits.Length <= MaxDigits
            && System.Text.Encoding.ASCII.TryGetBytes(digits, ascii, out int length)
            && TryParse(ascii[..length], out SequenceNumber number)
            ? number
            : throw new FormatException($"'{digits}' is not a sequence number of 1 to {MaxDigits} digits.");
    }

    private static bool TryParseLimb(ReadOnlySpan<byte> digits, out ulong limb)
    {
        limb = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            limb = (limb * 10) + (digit - (uint)'0');
        }

        return true;
    }

    public int CompareTo(SequenceNumber other)
    {
        int byHigh = _high.CompareTo(other._high);
        if (byHigh != 0) return byHigh;
        int byMiddle = _middle.CompareTo(other._middle);
        return byMiddle != 0 ? byMiddle : _low.CompareTo(other._low);
    }

    // By reference: a copy of three words is made as a vector, for which the processor waits until all three are written.
    public static bool operator <(in SequenceNumber left, in SequenceNumber right)
        => left._high != right._high ? left._high < right._high
            : left._middle != right._middle ? left._middle < right._middle
            : left._low < right._low;

    public static bool operator >(in SequenceNumber left, in SequenceNumber right) => right < left;

    public static bool operator <=(in SequenceNumber left, in SequenceNumber right) => !(right < left);

    public static bool operator >=(in SequenceNumber left, in SequenceNumber right) => !(left < right);

    /// <summary>Writes the decimal digits as ASCII and returns how many there are.</summary>
    /// <exception cref="ArgumentException">There is no room for them; <see cref="MaxDigits"/> always suffice.</exception>
    public int Format(Span<byte> target)
    {
        bool fits = _high != 0 ? Utf8.TryWrite(target, CultureInfo.InvariantCulture, $"{_high}{_middle:D19}{_low:D19}", out int length)
            : _middle != 0 ? Utf8.TryWrite(target, CultureInfo.InvariantCulture, $"{_middle}{_low:D19}", out length)
            : Utf8Formatter.TryFormat(_low, target, out length);
        return fits ? length : throw new ArgumentException($"{target.Length} bytes have no room for a sequence number.", nameof(target));
    }

    public override string ToString()
    {
        Span<byte> digits = stackalloc byte[MaxDigits];
        return System.Text.Encoding.ASCII.GetString(digits[..Format(digits)]);
    }
}
