using System.Buffers.Binary;
using System.Numerics;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>The encodings written the plain way, from the format's description (apache/parquet-format, Encodings.md).</summary>
internal static class TestEncode
{
    /// <summary>Runs of equal values as runs, all else packed in groups of eight.</summary>
    public static byte[] Hybrid(int[] values, int width)
    {
        List<byte> bytes = [];
        for (int i = 0; i < values.Length;)
        {
            int run = 1;
            while (i + run < values.Length && values[i + run] == values[i]) run++;
            if (run >= 8)
            {
                bytes.AddRange(CompactThrift.Varint((ulong)run << 1));
                for (int b = 0; b < (width + 7) / 8; b++) bytes.Add((byte)(values[i] >> (8 * b)));
                i += run;
                continue;
            }

            long[] group = new long[8];
            for (int k = 0; k < 8 && i + k < values.Length; k++) group[k] = values[i + k];
            bytes.AddRange(CompactThrift.Varint((1 << 1) | 1));
            bytes.AddRange(Pack(group, width));
            i += 8;
        }

        return [.. bytes];
    }

    public static byte[] Pack(long[] values, int width)
    {
        byte[] packed = new byte[((values.Length * width) + 7) / 8];
        for (int i = 0; i < values.Length; i++)
        {
            for (int bit = 0; bit < width; bit++)
            {
                int at = (i * width) + bit;
                if (((values[i] >> bit) & 1) != 0) packed[at / 8] |= (byte)(1 << (at % 8));
            }
        }

        return packed;
    }

    public static byte[] Prefixed(byte[] bytes) => [.. Little(bytes.Length), .. bytes];

    public static byte[] Little(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Delta(long[] values, int blockValues = 128, int miniblocks = 4, bool isInt32 = false)
    {
        List<byte> bytes =
        [
            .. CompactThrift.Varint((ulong)blockValues), .. CompactThrift.Varint((ulong)miniblocks),
            .. CompactThrift.Varint((ulong)values.Length), .. CompactThrift.Varint(CompactThrift.ZigZag(values.Length == 0 ? 0 : values[0])),
        ];
        long[] deltas = [.. values.Skip(1).Zip(values, (next, value) => isInt32 ? unchecked((int)(next - value)) : unchecked(next - value))];
        foreach (long[] block in deltas.Chunk(blockValues))
        {
            long min = block.Min();
            bytes.AddRange(CompactThrift.Varint(CompactThrift.ZigZag(min)));
            long[][] minis = [.. block.Select(delta => isInt32 ? (uint)(delta - min) : unchecked(delta - min)).Chunk(blockValues / miniblocks)];

            // Widths of miniblocks that are not there may be anything.
            byte[] widths = [.. Enumerable.Repeat((byte)0xEE, miniblocks)];
            for (int i = 0; i < minis.Length; i++) widths[i] = (byte)minis[i].Max(delta => 64 - BitOperations.LeadingZeroCount((ulong)delta));
            bytes.AddRange(widths);
            for (int i = 0; i < minis.Length; i++)
            {
                Array.Resize(ref minis[i], blockValues / miniblocks);
                bytes.AddRange(Pack(minis[i], widths[i]));
            }
        }

        return [.. bytes];
    }

    public static byte[] DeltaLengths(byte[][] values) => [.. Delta([.. values.Select(value => (long)value.Length)]), .. values.SelectMany(value => value)];

    public static byte[] DeltaByteArrays(byte[][] values)
    {
        int[] prefixes = [.. values.Select((value, i) => i == 0 ? 0 : value.AsSpan().CommonPrefixLength(values[i - 1]))];
        return
        [
            .. Delta([.. prefixes.Select(prefix => (long)prefix)]),
            .. DeltaLengths([.. values.Select((value, i) => value[prefixes[i]..])]),
        ];
    }

    public static byte[] Split(byte[][] values, int width)
    {
        byte[] streams = new byte[values.Length * width];
        for (int i = 0; i < values.Length; i++)
        {
            for (int b = 0; b < width; b++) streams[(b * values.Length) + i] = values[i][b];
        }

        return streams;
    }

    public static byte[] Plain(byte[][] values, PhysicalType type)
        => [.. values.SelectMany(value => type == PhysicalType.ByteArray ? Prefixed(value) : value)];
}
