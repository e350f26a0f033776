using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Streaming.Shared.Compression;

/// <summary>
/// Snappy's raw format (google/snappy, format_description.txt) straight into the caller's buffer: the package's decoder allocates
/// its result by what the input claims.
/// </summary>
/// <remarks>
/// Away from the ends of both buffers <see cref="DecompressUsual"/> copies without looking whether there is room, more than is wanted. What it
/// does not take, an element at a time, is taken here, with every look: so it can only be faster.
/// </remarks>
internal static class SnappyDecoder
{
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int read = 0, written = 0;
        long claimed = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (shift > 28 || read == source.Length) throw Broken();
            byte next = source[read++];
            claimed |= (long)(next & 0x7F) << shift;
            if (next < 0x80) break;
        }

        if (claimed != target.Length)
            throw new InvalidDataException($"SNAPPY bytes say that they are {claimed}, and should be {target.Length}");

        while (true)
        {
            DecompressUsual(source, target, ref read, ref written);
            if (read == source.Length) break;
            int tag = source[read++];
            int kind = tag & 3;
            if (kind == 0)
            {
                int length = tag >> 2;
                if (length >= 60)
                {
                    // 60 .. 63: the length less one stands in the next one to four bytes.
                    int bytes = length - 59;
                    if (source.Length - read < bytes) throw Broken();
                    length = 0;
                    for (int i = 0; i < bytes; i++) length |= source[read++] << (8 * i);
                }

                length++;
                if (length <= 0 || length > source.Length - read || length > target.Length - written) throw Broken();
                BackReference.CopyLiteral(source[read..], target[written..], length);
                read += length;
                written += length;
                continue;
            }

            int operand = kind == 1 ? 1 : kind == 2 ? 2 : 4;
            if (source.Length - read < operand) throw Broken();
            (int copied, int distance) = kind switch
            {
                1 => (4 + ((tag >> 2) & 7), ((tag >> 5) << 8) | source[read]),
                2 => ((tag >> 2) + 1, BinaryPrimitives.ReadUInt16LittleEndian(source[read..])),
                _ => ((tag >> 2) + 1, BinaryPrimitives.ReadInt32LittleEndian(source[read..])),
            };
            read += operand;
            written = BackReference.Copy(target, written, distance, copied);
        }

        if (written != target.Length) throw Broken();
    }

    /// <summary>Literals of up to 60 bytes, and copies from up to 64 KiB before, as long as both buffers go on for longer than any of them.</summary>
    /// <remarks>
    /// Unchecked access. An element is at most 61 bytes of the source, and 65 are there; it stands for at most 64, and so many are there to be
    /// written over. A copy begins within what was written.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecompressUsual(ReadOnlySpan<byte> source, Span<byte> target, ref int read, ref int written)
    {
        const int longestLiteral = 60;
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        nint at = read, end = written;
        nint lastAt = source.Length - 65, lastEnd = target.Length - 64;
        while (at <= lastAt && end <= lastEnd)
        {
            uint tag = Unsafe.Add(ref from, at);
            if ((tag & 3) == 0)
            {
                nint literal = (nint)(tag >> 2) + 1;
                if (literal > longestLiteral) break;
                Copy16(ref Unsafe.Add(ref from, at + 1), ref Unsafe.Add(ref to, end));
                if (literal > 16)
                {
                    Copy16(ref Unsafe.Add(ref from, at + 17), ref Unsafe.Add(ref to, end + 16));
                    Copy32(ref Unsafe.Add(ref from, at + 33), ref Unsafe.Add(ref to, end + 32));
                }

                at += literal + 1;
                end += literal;
                continue;
            }

            nint distance, length;
            if ((tag & 3) == 2)
            {
                distance = Unsafe.Add(ref from, at + 1) | (Unsafe.Add(ref from, at + 2) << 8);
                length = (nint)(tag >> 2) + 1;
                at += 3;
            }
            else if ((tag & 3) == 1)
            {
                distance = (nint)((tag >> 5) << 8) | Unsafe.Add(ref from, at + 1);
                length = 4 + (nint)((tag >> 2) & 7);
                at += 2;
            }
            else
            {
                break;
            }

            if ((nuint)(distance - 1) >= (nuint)end) throw Broken();
            ref byte copied = ref Unsafe.Add(ref to, end - distance);
            ref byte copy = ref Unsafe.Add(ref to, end);
            if (distance >= 32)
            {
                Copy32(ref copied, ref copy);
                if (length > 32) Copy32(ref Unsafe.Add(ref copied, 32), ref Unsafe.Add(ref copy, 32));
            }
            else if (distance >= sizeof(ulong))
            {
                for (nint i = 0; i < length; i += sizeof(ulong))
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref copy, i), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref copied, i)));
            }
            else
            {
                BackReference.Copy(target, (int)end, (int)distance, (int)length);
            }

            end += length;
        }

        (read, written) = ((int)at, (int)end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(ref byte from, ref byte to) => Vector128.LoadUnsafe(ref from).StoreUnsafe(ref to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy32(ref byte from, ref byte to) => Vector256.LoadUnsafe(ref from).StoreUnsafe(ref to);

    private static InvalidDataException Broken() => new("SNAPPY bytes are broken");
}
