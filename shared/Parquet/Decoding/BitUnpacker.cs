using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Streaming.Shared.Parquet.Decoding;

/// <summary>Values of a fixed number of bits, one behind the other from the lowest bit of each byte up.</summary>
internal static class BitUnpacker
{
    /// <summary>
    /// Unpacks values of up to 32 bits from bit <paramref name="bit"/> of <paramref name="packed"/> on, which must hold them all.
    /// </summary>
    public static void Unpack(ReadOnlySpan<byte> packed, long bit, int width, Span<int> into)
    {
        ulong mask = (1UL << width) - 1;
        int fast = FastCount(packed.Length, bit, width, into.Length);
        for (int i = 0; i < fast; i++, bit += width)
            into[i] = (int)((BinaryPrimitives.ReadUInt64LittleEndian(packed[(int)(bit >> 3)..]) >> (int)(bit & 7)) & mask);
        for (int i = fast; i < into.Length; i++, bit += width)
            into[i] = (int)((LoadTail(packed, (int)(bit >> 3)) >> (int)(bit & 7)) & mask);
    }

    /// <summary>The same for values of up to 64 bits.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, long bit, int width, Span<long> into)
    {
        ulong mask = width == 64 ? ulong.MaxValue : (1UL << width) - 1;
        if (width <= 56)
        {
            int fast = FastCount(packed.Length, bit, width, into.Length);
            for (int i = 0; i < fast; i++, bit += width)
                into[i] = (long)((BinaryPrimitives.ReadUInt64LittleEndian(packed[(int)(bit >> 3)..]) >> (int)(bit & 7)) & mask);
            into = into[fast..];
        }

        for (int i = 0; i < into.Length; i++, bit += width)
        {
            int at = (int)(bit >> 3), shift = (int)(bit & 7);
            ulong value = LoadTail(packed, at) >> shift;

            // A wide value that does not start on a byte reaches into a ninth one.
            if (shift + width > 64) value |= (ulong)packed[at + 8] << (64 - shift);
            into[i] = (long)(value & mask);
        }
    }

    /// <summary>How many of the values can be read by loading eight bytes where they begin.</summary>
    private static int FastCount(int bytes, long bit, int width, int count)
    {
        // Of the first bits of values, the last one from which eight bytes can be loaded.
        long lastBit = ((bytes - 8L) << 3) + 7;
        if (lastBit < bit) return 0;
        return width == 0 ? count : (int)Math.Min(((lastBit - bit) / width) + 1, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadTail(ReadOnlySpan<byte> packed, int at)
    {
        if (at + 8 <= packed.Length) return BinaryPrimitives.ReadUInt64LittleEndian(packed[at..]);
        ulong value = 0;
        for (int i = packed.Length - 1; i >= at; i--) value = (value << 8) | packed[i];
        return value;
    }
}
