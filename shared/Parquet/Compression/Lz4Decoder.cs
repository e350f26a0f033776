using System.Buffers.Binary;
using Streaming.Shared.Compression;

namespace Streaming.Shared.Parquet.Compression;

/// <summary>LZ4's block format (lz4/lz4, doc/lz4_Block_format.md), bare or in Hadoop's frames.</summary>
internal static class Lz4Decoder
{
    private const int MinMatch = 4;

    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (!TryDecompress(source, target, out int written) || written != target.Length)
            throw new InvalidDataException("an LZ4 page is broken");
    }

    /// <summary>
    /// The deprecated codec LZ4: Hadoop writes, big-endian, the decompressed and the compressed size before every block; other
    /// writers put a bare block there.
    /// </summary>
    public static void DecompressHadoop(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (!TryDecompressFrames(source, target)) Decompress(source, target);
    }

    private static bool TryDecompressFrames(ReadOnlySpan<byte> source, Span<byte> target)
    {
        while (source.Length >= 8)
        {
            uint decompressed = BinaryPrimitives.ReadUInt32BigEndian(source);
            uint compressed = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
            source = source[8..];
            if (decompressed > target.Length || compressed > source.Length) return false;
            if (!TryDecompress(source[..(int)compressed], target[..(int)decompressed], out int written) || written != decompressed)
                return false;
            source = source[(int)compressed..];
            target = target[(int)decompressed..];
        }

        return source.IsEmpty && target.IsEmpty;
    }

    private static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target, out int written)
    {
        int read = 0;
        written = 0;
        while (read < source.Length)
        {
            int token = source[read++];
            if (!TryReadLength(source, ref read, token >> 4, out int literals)) return false;
            if (literals > source.Length - read || literals > target.Length - written) return false;
            source.Slice(read, literals).CopyTo(target[written..]);
            read += literals;
            written += literals;

            // The last sequence is literals alone.
            if (read == source.Length) return true;
            if (source.Length - read < 2) return false;
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
            read += 2;
            if (!TryReadLength(source, ref read, token & 15, out int match)) return false;
            if (distance == 0 || distance > written || match > target.Length - written - MinMatch) return false;
            written = BackReference.Copy(target, written, distance, match + MinMatch);
        }

        return false;
    }

    /// <summary>15 in the token means that bytes follow, which add up until one is not 255.</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> source, ref int read, int inToken, out int length)
    {
        length = inToken;
        if (inToken < 15) return true;
        while (read < source.Length)
        {
            byte next = source[read++];
            length += next;
            if (length < 0) return false;
            if (next != 255) return true;
        }

        return false;
    }
}
