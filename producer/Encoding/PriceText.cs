using System.Numerics;
using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>
/// The shortest text that reads back to the same double: what .NET writes by default, and valid JSON (1E-07 too). Prices of up to four
/// decimals, which nearly all are, take a way of their own, many times as fast as looking for the shortest text.
/// </summary>
internal static class PriceText
{
    /// <summary>Room that <see cref="Write"/> may ask for; what counts is 24 bytes at most.</summary>
    public const int MaxBytes = RoundTripText.MaxBytes;

    private const int Decimals = 4;
    private const int UnitsPerOne = 10_000;

    /// <summary>
    /// Of at most 15 digits, so that no two numbers of units are the same double: if a price is a number of units then the text of
    /// that number, without zeros at its end, is the shortest one.
    /// </summary>
    private const double MaxUnits = 999_999_999_999_999;

    /// <returns>Bytes that count; up to <see cref="MaxBytes"/> are written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(double price, Span<byte> target)
    {
        double units = Math.Round(price * UnitsPerOne);
        if (units is not (>= 1 and <= MaxUnits) || units / UnitsPerOne != price) return WriteAny(price, target);
        ulong count = (ulong)double.ConvertToIntegerNative<long>(units);
        return count < Digits.TenTo8 ? WriteEight(target, (uint)count) : WriteLong(target, count);
    }

    public static int WriteAny(double price, Span<byte> target) => RoundTripText.Write(price, target);

    // Of the eight digits the first four stand before the point, which needs one of them, and the others after it, which needs none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteEight(Span<byte> target, uint units)
    {
        ulong digits = Digits.Eight(units);
        ulong text = Digits.ToText(digits);
        int leading = BitOperations.TrailingZeroCount(digits | (1UL << 24)) >> 3;
        int whole = Decimals - leading;
        Digits.WriteWord(target, text >> (8 * leading));
        Digits.WriteWord(target[whole..], ((text >> 24) & ~0xFFUL) | '.');
        int decimals = Decimals - (BitOperations.LeadingZeroCount((uint)(digits >> 32)) >> 3);
        return decimals == 0 ? whole : whole + 1 + decimals;
    }

    private static int WriteLong(Span<byte> target, ulong units)
    {
        (ulong whole, ulong fraction) = Math.DivRem(units, UnitsPerOne);
        int length = Digits.Write(target, whole);
        // Of the text of the fraction alone, the nought goes to where the last digit stands.
        (byte last, int decimals) = (target[length - 1], WriteEight(target[(length - 1)..], (uint)fraction));
        target[length - 1] = last;
        return length - 1 + decimals;
    }
}
