using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Streaming.Shared.Compression;

/// <summary>
/// Snappy's block format, compressed greedily as the reference encoder does: a hash table of 4-byte sequences, one candidate each,
/// and longer steps where nothing matches. Source: format_description.txt of google/snappy.
/// </summary>
internal static class SnappyEncoder
{
    // A block's positions fit 16 bits, and offsets the two-byte copy.
    internal const int BlockSize = 1 << 16;
    private const int LargestTable = 1 << 14;
    private const int SmallestTable = 1 << 8;

    private const uint HashFactor = 0x1e35a7bd;

    /// <summary>The worst case by the reference encoder's reckoning, which leaves the room that a short literal's 16-byte copy needs.</summary>
    public static int MaxBytes(int inputLength) => checked(inputLength + (inputLength / 6) + 32);

    /// <param name="output">At least <see cref="MaxBytes"/>; whatever stands behind the result is overwritten.</param>
    /// <returns>How many bytes of it are the result.</returns>
    [SkipLocalsInit]
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written = PutLength(output, input.Length);
        Span<ushort> table = stackalloc ushort[(int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)input.Length), SmallestTable, LargestTable)];
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> block = input[..Math.Min(BlockSize, input.Length)];
            written += CompressBlock(block, output[written..], table);
            input = input[block.Length..];
        }

        return written;
    }

    /// <summary>What stands before the first block: the length of the input.</summary>
    internal static int PutLength(Span<byte> output, int length)
    {
        int written = 0;
        for (uint rest = (uint)length; ; rest >>= 7)
        {
            output[written++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80) return written;
        }
    }

    private static int CompressBlock(ReadOnlySpan<byte> block, Span<byte> output, Span<ushort> table)
    {
        table.Clear();
        // Positions below limit have 16 bytes left, so that the loop may read past a probe, and copy a short literal, without a check.
        ref byte source = ref MemoryMarshal.GetReference(block);
        ref byte target = ref MemoryMarshal.GetReference(output);
        ref ushort slots = ref MemoryMarshal.GetReference(table);
        int shift = 32 - BitOperations.Log2((uint)table.Length);
        int limit = block.Length - 15;
        int written = 0;
        int literal = 0;
        int at = 1;
        int misses = 32;
        while (at < limit)
        {
            uint sequence = Load4(ref source, at);
            ref ushort slot = ref Unsafe.Add(ref slots, (int)((sequence * HashFactor) >> shift));
            int candidate = slot;
            slot = (ushort)at;
            if (sequence != Load4(ref source, candidate))
            {
                at += misses++ >> 5;
                continue;
            }

            int length = MatchLength(ref source, candidate, at, block.Length);
            int literalLength = at - literal;
            if (literalLength is > 0 and <= 16)
            {
                Unsafe.Add(ref target, written) = (byte)((literalLength - 1) << 2);
                Vector128.LoadUnsafe(ref source, (nuint)literal).StoreUnsafe(ref target, (nuint)(written + 1));
                written += 1 + literalLength;
            }
            else
            {
                written += PutLiteral(output[written..], block[literal..at]);
            }

            written += PutCopy(output[written..], at - candidate, length);
            literal = at += length;
            misses = 32;
            if (at < limit) Unsafe.Add(ref slots, (int)((Load4(ref source, at - 1) * HashFactor) >> shift)) = (ushort)(at - 1);
        }

        return written + PutLiteral(output[written..], block[literal..]);
    }

    private static int MatchLength(ref byte source, int candidate, int at, int end)
    {
        int length = 4;
        for (; at + length <= end - 8; length += 8)
        {
            ulong difference = Load8(ref source, at + length) ^ Load8(ref source, candidate + length);
            if (difference == 0) continue;
            int same = BitConverter.IsLittleEndian ? BitOperations.TrailingZeroCount(difference) : BitOperations.LeadingZeroCount(difference);
            return length + (same / 8);
        }

        while (at + length < end && Unsafe.Add(ref source, at + length) == Unsafe.Add(ref source, candidate + length)) length++;
        return length;
    }

    private static uint Load4(ref byte source, int at) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, at));

    private static ulong Load8(ref byte source, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at));

    internal static int PutLiteral(Span<byte> output, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        int last = bytes.Length - 1;
        int tag = 1;
        if (last < 60)
        {
            output[0] = (byte)(last << 2);
        }
        else if (last < 1 << 8)
        {
            output[0] = 60 << 2;
            output[1] = (byte)last;
            tag = 2;
        }
        else
        {
            output[0] = 61 << 2;
            BinaryPrimitives.WriteUInt16LittleEndian(output[1..], (ushort)last);
            tag = 3;
        }

        bytes.CopyTo(output[tag..]);
        return tag + bytes.Length;
    }

    private static int PutCopy(Span<byte> output, int offset, int length)
    {
        int written = 0;
        // A copy holds 64 bytes; what is left over must still be the four that a copy has at least.
        for (; length > 64; written += 3)
        {
            int part = length >= 68 ? 64 : 60;
            PutLongCopy(output[written..], offset, part);
            length -= part;
        }

        if (length < 12 && offset < 2048)
        {
            output[written] = (byte)(((offset >> 8) << 5) | ((length - 4) << 2) | 1);
            output[written + 1] = (byte)offset;
            return written + 2;
        }

        PutLongCopy(output[written..], offset, length);
        return written + 3;
    }

    internal static void PutLongCopy(Span<byte> output, int offset, int length)
    {
        output[0] = (byte)(((length - 1) << 2) | 2);
        BinaryPrimitives.WriteUInt16LittleEndian(output[1..], (ushort)offset);
    }
}
