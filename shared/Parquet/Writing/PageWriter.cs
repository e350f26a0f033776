using Streaming.Shared.Compression;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// Owns the output: compresses a page, puts its header before it, and knows the position. Does not own the stream, and does not know
/// what a page's bytes mean.
/// </summary>
internal sealed class PageWriter(Stream output, CompressionCodec codec) : IDisposable
{
    private readonly PooledBuffer _header = new();
    private readonly PooledBuffer _compressed = new();

    /// <summary>Bytes written so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that the pages so far would have without compression, their headers included.</summary>
    public long UncompressedPosition { get; private set; }

    /// <summary>A data page (version 1): definition levels, if the column is optional, and values.</summary>
    public void WriteDataPage(ReadOnlySpan<byte> body, int valueCount, ValueEncoding encoding, PageContent content = PageContent.Bytes)
    {
        ThriftWriter header = BeginPage(pageType: 0, body, content, out ReadOnlySpan<byte> stored);
        header.BeginStruct(5);
        header.Int32(1, valueCount);
        header.Int32(2, (int)encoding);
        header.Int32(3, (int)ValueEncoding.Rle);
        header.Int32(4, (int)ValueEncoding.Rle);
        header.EndStruct();
        EndPage(header, body.Length, stored);
    }

    public void WriteDictionaryPage(ReadOnlySpan<byte> body, int valueCount, PageContent content)
    {
        ThriftWriter header = BeginPage(pageType: 2, body, content, out ReadOnlySpan<byte> stored);
        header.BeginStruct(7);
        header.Int32(1, valueCount);
        header.Int32(2, (int)ValueEncoding.Plain);
        header.EndStruct();
        EndPage(header, body.Length, stored);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Position += bytes.Length;
    }

    public void Dispose()
    {
        _header.Dispose();
        _compressed.Dispose();
    }

    /// <summary>Snappy; numbers by the way that knows where they repeat.</summary>
    internal static void Compress(PooledBuffer output, ReadOnlySpan<byte> page, PageContent content)
    {
        int start = output.Length;
        Span<byte> space = output.Reserve(SnappyEncoder.MaxBytes(page.Length));
        int length = content == PageContent.Bytes || !BitConverter.IsLittleEndian
            ? SnappyEncoder.Compress(page, space)
            : SnappyNumbers.Compress(page, space, content == PageContent.Doubles);
        output.Truncate(start + length);
    }

    private ThriftWriter BeginPage(int pageType, ReadOnlySpan<byte> body, PageContent content, out ReadOnlySpan<byte> stored)
    {
        stored = body;
        if (codec == CompressionCodec.Snappy)
        {
            _compressed.Truncate(0);
            Compress(_compressed, body, content);
            stored = _compressed.Written;
        }

        _header.Truncate(0);
        var header = new ThriftWriter(_header);
        header.BeginStructItem();
        header.Int32(1, pageType);
        header.Int32(2, body.Length);
        header.Int32(3, stored.Length);
        return header;
    }

    private void EndPage(ThriftWriter header, int uncompressedLength, ReadOnlySpan<byte> stored)
    {
        header.EndStruct();
        UncompressedPosition += _header.Length + uncompressedLength;
        Write(_header.Written);
        Write(stored);
    }
}
