using System.IO.Compression;
using Streaming.Shared.Compression;

namespace Streaming.Shared.Parquet.Compression;

/// <summary>
/// Decompresses a page into a buffer of exactly the size that the page's header states. Anything else that comes out, more or less,
/// is an <see cref="InvalidDataException"/>: no codec ever decides how much memory is taken.
/// </summary>
internal static class Codecs
{
    public static void Decompress(CompressionCodec codec, ReadOnlySpan<byte> source, Span<byte> target)
    {
        // A v2 page of nothing but nulls has no values to compress; writers differ in whether they compress that nothing.
        if (source.IsEmpty)
        {
            if (target.IsEmpty) return;
            throw new InvalidDataException($"a page of no bytes claims {target.Length} decompressed");
        }

        switch (codec)
        {
            case CompressionCodec.Snappy:
                SnappyDecoder.Decompress(source, target);
                break;
            case CompressionCodec.Gzip:
                DecompressGzip(source, target);
                break;
            case CompressionCodec.Brotli:
                if (!BrotliDecoder.TryDecompress(source, target, out int written) || written != target.Length)
                    throw new InvalidDataException($"a BROTLI page does not decompress to its {target.Length} bytes");
                break;
            case CompressionCodec.Zstd:
                Zstd.Decompress(source, target);
                break;
            case CompressionCodec.Lz4Raw:
                Lz4Decoder.Decompress(source, target);
                break;
            case CompressionCodec.Lz4:
                Lz4Decoder.DecompressHadoop(source, target);
                break;
            default:
                throw new InvalidDataException($"codec {codec} is not supported");
        }
    }

    private static unsafe void DecompressGzip(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* first = source)
        {
            using UnmanagedMemoryStream compressed = new(first, source.Length);

            // Several members one after the other are one page: the stream reads through them.
            using GZipStream gzip = new(compressed, CompressionMode.Decompress);
            int read = gzip.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            if (read != target.Length || gzip.ReadByte() >= 0)
                throw new InvalidDataException($"a GZIP page does not decompress to its {target.Length} bytes");
        }
    }
}
