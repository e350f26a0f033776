using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Streaming.Shared.Compression;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// Snappy for a page that ends in numbers of eight bytes. Their matches begin where the bytes end that change from one to the next, so
/// one place of each number is looked at in place of eight; from there a match goes on into the next number, and back.
/// </summary>
/// <remarks>
/// Unchecked access. Reads: a place that is looked at has eight bytes before it and eight after, and so has a candidate, which is such a
/// place before it; what is pending ends at the place or before, so that its last eight bytes may be read past its end. Writes: a tag and
/// a copy take four bytes at most and stand for four at least, but for literals of more than 60 bytes, which take two more; so what is
/// written gets ahead of what is read by a thirtieth at most, where the output has a sixth.
/// </remarks>
internal static class SnappyNumbers
{
    /// <summary>Places that are remembered.</summary>
    private const int TableSize = 1 << TableBits;

    private const int TableBits = 10;
    private const int Width = sizeof(ulong);
    private const int LongestTag1 = 60;
    private const int ShortCopyReach = 2048;
    private const int LongestShortCopy = 11;
    private const ulong HashFactor = 0x9E3779B97F4A7C15;

    // Doubles: the top byte, and the lowest three of the next number, which prices in cents have few of. Whole numbers and times: the upper
    // half, and the lowest byte of the next.
    private const int DoublesPlace = 7;
    private const int LongsPlace = 4;
    private const ulong DoublesKey = 0xFFFF_FFFF;
    private const ulong LongsKey = 0xFF_FFFF_FFFF;

    /// <inheritdoc cref="SnappyEncoder.Compress"/>
    [SkipLocalsInit]
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output, bool isDouble)
    {
        int written = SnappyEncoder.PutLength(output, input.Length);
        Span<ushort> table = stackalloc ushort[TableSize];
        // The numbers end where the page does; a block is a whole number of them.
        int firstNumber = input.Length % Width;
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> block = input[..Math.Min(SnappyEncoder.BlockSize, input.Length)];
            written += CompressBlock(block, output[written..], table, firstNumber, isDouble);
            input = input[block.Length..];
        }

        return written;
    }

    /// <param name="output">As large as the reference encoder's worst case.</param>
    /// <param name="table">Its content does not matter.</param>
    /// <param name="first">Where the first number begins, or any other; less than eight.</param>
    private static int CompressBlock(ReadOnlySpan<byte> block, Span<byte> output, Span<ushort> table, int first, bool isDouble)
    {
        int start = first + (isDouble ? DoublesPlace : LongsPlace);
        if (start < Width) start += Width;
        ulong keyBits = isDouble ? DoublesKey : LongsKey;
        table.Fill((ushort)start);
        ref byte source = ref MemoryMarshal.GetReference(block);
        ref byte target = ref MemoryMarshal.GetReference(output);
        ref ushort places = ref MemoryMarshal.GetReference(table);
        nint limit = block.Length - Width;
        nint written = 0, literal = 0;
        for (nint at = start + Width; at < limit; at += Width)
        {
            ulong window = Load(ref source, at);
            nint candidate = at - Width;
            ulong ahead = window ^ Load(ref source, candidate);
            if ((ahead & keyBits) != 0)
            {
                ref ushort place = ref Unsafe.Add(ref places, (nint)(((window & keyBits) * HashFactor) >> (64 - TableBits)));
                nint known = place;
                place = (ushort)at;
                ulong aheadOfKnown = window ^ Load(ref source, known);
                if ((aheadOfKnown & keyBits) == 0)
                {
                    candidate = known;
                    ahead = aheadOfKnown;
                }
                else if ((uint)ahead != 0)
                {
                    // Where nothing matches, larger steps.
                    at += Width * ((at - literal) >> 8);
                    continue;
                }
            }

            nint forward = BitOperations.TrailingZeroCount(ahead) >>> 3;
            nint behind = BitOperations.LeadingZeroCount(Load(ref source, at - Width) ^ Load(ref source, candidate - Width)) >>> 3;
            nint pending = at - behind - literal;
            nint length = forward + behind;
            if (pending > 0)
            {
                written += PutTag(ref Unsafe.Add(ref target, written), pending);
                for (nint copied = 0; copied < pending; copied += Width)
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, written + copied), Load(ref source, literal + copied));
                written += pending;
            }
            else
            {
                // It would reach back into the copy before.
                length += pending;
            }

            nint offset = at - candidate;
            literal = at + forward;
            if (offset < ShortCopyReach && length <= LongestShortCopy)
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, written), (ushort)(((offset << 8) | ((offset >> 3) & 0xE0)) + (length << 2) - 15));
                written += 2;
            }
            else
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, written), (uint)((offset << 8) + (length << 2) - 2));
                written += 3;
            }
        }

        return (int)written + SnappyEncoder.PutLiteral(output[(int)written..], block[(int)literal..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint PutTag(ref byte target, nint literal)
    {
        if (literal <= LongestTag1)
        {
            target = (byte)((literal - 1) << 2);
            return 1;
        }

        target = 61 << 2;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 1), (ushort)(literal - 1));
        return 3;
    }

    private static ulong Load(ref byte source, nint at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at));
}
