using System.Buffers.Binary;

namespace Streaming.Shared.Parquet.Compression;

/// <summary>
/// Snappy's raw format (google/snappy, format_description.txt) straight into the caller's buffer: the package's decoder allocates
/// its result by what the input claims.
/// </summary>
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
            throw new InvalidDataException($"a SNAPPY page says that it has {claimed} bytes, its header {target.Length}");

        while (read < source.Length)
        {
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

    private static InvalidDataException Broken() => new("a SNAPPY page is broken");
}
