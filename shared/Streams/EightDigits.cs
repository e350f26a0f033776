using System.Numerics;
using System.Runtime.Intrinsics;

namespace Streaming.Shared.Streams;

/// <summary>
/// Eight decimal digits at once, as a 64-bit word of their ASCII with the first digit in its lowest byte: digit by digit, each would
/// wait for the multiplication before it.
/// </summary>
public static class EightDigits
{
    public const int Length = 8;

    /// <summary>What the digits before eight more are worth.</summary>
    public const ulong Power = 100_000_000;

    /// <summary>Eight times '0'.</summary>
    public const ulong Zeros = 0x3030303030303030;

    /// <summary>False if one of the bytes is no digit.</summary>
    public static bool TryParse(ulong word, out uint value)
    {
        value = 0;
        if (Strangeness(word) != 0) return false;

        // Pairs, then fours, then all eight.
        word -= Zeros;
        word = (word * 10) + (word >> 8);
        const ulong pairs = 0x000000FF000000FF;
        value = (uint)((((word & pairs) * (100 + (1_000_000UL << 32))) + (((word >> 16) & pairs) * (1 + (10_000UL << 32)))) >> 32);
        return true;
    }

    /// <summary>How many digits come first: 0 to 8.</summary>
    public static int Count(ulong word) => BitOperations.TrailingZeroCount(Strangeness(word)) / 8;

    /// <summary>Four times eight digits, of the first 32 bytes of <paramref name="text"/>; false if one of them is no digit.</summary>
    public static bool TryParseFour(ReadOnlySpan<byte> text, out Vector256<ulong> values)
    {
        // The same steps as for one word, in all lanes; what spills into a lane's upper half is cut off.
        Vector256<byte> digits = Vector256.Create(text) - Vector256.Create((byte)'0');
        Vector256<ushort> pairs = digits.AsUInt16();
        pairs = ((pairs * 10) + (pairs >>> 8)) & Vector256.Create((ushort)0xFF);
        Vector256<uint> fours = pairs.AsUInt32();
        fours = ((fours * 100) + (fours >>> 16)) & Vector256.Create(0xFFFFU);
        values = ((fours * 10_000).AsUInt64() + (fours.AsUInt64() >>> 32)) & Vector256.Create(0xFFFF_FFFFUL);
        return !Vector256.GreaterThanAny(digits, Vector256.Create((byte)9));
    }

    // A digit has 3 in its upper half, and still has when 6 is added. The lowest byte that is not zero belongs to the first byte that is
    // no digit: what it carries spoils only those after it.
    private static ulong Strangeness(ulong word)
    {
        const ulong upperHalves = 0xF0F0F0F0F0F0F0F0;
        return ((word & upperHalves) | (((word + 0x0606060606060606) & upperHalves) >> 4)) ^ 0x3333333333333333;
    }
}
