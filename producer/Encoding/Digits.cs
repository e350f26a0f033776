using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Producer.Encoding;

/// <summary>
/// Decimal numbers, eight digits at a time in a 64-bit word of their ASCII, the first digit in its lowest byte. A word is written whole,
/// whatever of it counts: the target needs room for it.
/// </summary>
internal static class Digits
{
    /// <summary>Room that <see cref="Write"/> may ask for: 20 digits, and what a last word has too much.</summary>
    public const int MaxBytes = 24;

    private const uint TenTo4 = 10_000;
    public const uint TenTo8 = 100_000_000;
    private const ulong Zeros = 0x3030303030303030;

    /// <summary>Without leading zeros, of any length.</summary>
    /// <returns>Bytes that count; up to <see cref="MaxBytes"/> are written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> target, ulong value) => value < TenTo8 ? WriteFirst(target, (uint)value) : WriteLong(target, value);

    /// <summary>The digits as numbers from 0 to 9, leading zeros among them.</summary>
    /// <param name="value">Below 100,000,000.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Eight(uint value)
    {
        // Fours, then pairs, then digits: each lane is divided by a multiplication, which is exact for numbers so small.
        uint high = value / TenTo4;
        ulong lanes = high | ((ulong)(value - (high * TenTo4)) << 32);
        ulong quotients = ((lanes * 10_486) >> 20) & 0x0000007F_0000007F;
        lanes = quotients | ((lanes - (quotients * 100)) << 16);
        quotients = ((lanes * 103) >> 10) & 0x000F000F_000F000F;
        return quotients | ((lanes - (quotients * 10)) << 8);
    }

    /// <summary>The text of digits that are numbers from 0 to 9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ToText(ulong digits) => digits | Zeros;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteWord(Span<byte> target, ulong word)
    {
        if (!BitConverter.IsLittleEndian) word = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(target[..sizeof(ulong)]), word);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteFirst(Span<byte> target, uint value)
    {
        ulong digits = Eight(value);
        // Zeros at the front are the lowest bytes; the last digit stands, be it a zero.
        int leading = BitOperations.TrailingZeroCount(digits | (1UL << 56)) >> 3;
        WriteWord(target, ToText(digits) >> (8 * leading));
        return 8 - leading;
    }

    /// <summary>Always two digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WriteTwo(Span<byte> target, uint value)
    {
        uint tens = (value * 103) >> 10;
        (target[1], target[0]) = ((byte)('0' + value - (tens * 10)), (byte)('0' + tens));
        return 2;
    }

    private static int WriteLong(Span<byte> target, ulong value)
    {
        (ulong before, ulong lastEight) = Math.DivRem(value, TenTo8);
        int length = Write(target, before);
        WriteWord(target[length..], ToText(Eight((uint)lastEight)));
        return length + 8;
    }
}
