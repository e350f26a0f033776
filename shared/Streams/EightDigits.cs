using System.Buffers.Binary;

namespace Streaming.Shared.Streams;

/// <summary>
/// Eight decimal digits at once, in one 64-bit word: digit by digit, each would wait for the multiplication before it, and a
/// Kinesis sequence number has 56.
/// </summary>
internal static class EightDigits
{
    public const int Length = 8;

    /// <summary>What the digits before eight more are worth.</summary>
    public const ulong Power = 100_000_000;

    /// <summary>The first eight bytes of <paramref name="text"/>; false if one of them is no digit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out uint value)
    {
        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(text);
        value = 0;
        // A digit has 3 in its upper half, and still has when 6 is added; what comes from above 0x7f or carries fails one of the two.
        const ulong upperHalves = 0xF0F0F0F0F0F0F0F0;
        if (((word & upperHalves) | (((word + 0x0606060606060606) & upperHalves) >> 4)) != 0x3333333333333333) return false;

        // Pairs, then fours, then all eight; the first digit is in the lowest byte.
        word -= 0x3030303030303030;
        word = (word * 10) + (word >> 8);
        const ulong pairs = 0x000000FF000000FF;
        value = (uint)((((word & pairs) * (100 + (1_000_000UL << 32))) + (((word >> 16) & pairs) * (1 + (10_000UL << 32)))) >> 32);
        return true;
    }
}
