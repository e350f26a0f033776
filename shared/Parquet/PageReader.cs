using Streaming.Shared.Parquet.Compression;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Walks the pages of one column chunk: header, checks, checksum, decompression. Owns the window on the compressed bytes and the
/// buffer of the decompressed ones. Does not look into a page's levels or values.
/// </summary>
internal sealed class PageReader(IByteSource source, ColumnChunk chunk)
{
    /// <summary>A header carries the page's minimum and maximum, which may be long texts.</summary>
    private const int MaxHeaderBytes = 16 << 20;

    private readonly ChunkWindow _window = new(source, chunk.Start, chunk.CompressedSize);
    private readonly long _maxPageBytes = MaxDecompressedBytes(source.Length);
    private byte[] _decompressed = [];
    private int _body;
    private PageHeader _header;

    /// <summary>The current page's bytes after <see cref="Decompress"/>.</summary>
    public byte[] Bytes { get; private set; } = [];

    public int Offset { get; private set; }

    public int Length { get; private set; }

    /// <summary>No page follows the current one.</summary>
    public bool AtEnd => _window.Remaining == _body;

    /// <summary>
    /// What a page may decompress to. A tiny file of one repeated value decompresses a thousandfold, and rightly so; but none needs
    /// more than this, and a page that claims it is a bomb.
    /// </summary>
    public static long MaxDecompressedBytes(long fileLength) => Math.Min(Array.MaxLength, (16L << 20) + (64 * fileLength));

    /// <summary>Goes to the next page and reads its header. The one before need not have been decompressed.</summary>
    public PageHeader NextHeader()
    {
        _window.Advance(_body);
        _body = 0;
        _window.Ensure(1024);
        int size;
        try
        {
            _header = PageHeader.Read(_window.AtHand, out size);
        }
        catch (EndOfStreamException) when (_window.Remaining > _window.AtHand.Length)
        {
            _window.Ensure((int)Math.Min(MaxHeaderBytes, _window.Remaining));
            _header = PageHeader.Read(_window.AtHand, out size);
        }

        _window.Advance(size);
        if (_header.CompressedSize < 0 || _header.CompressedSize > _window.Remaining)
            throw new InvalidDataException($"a page claims {_header.CompressedSize} bytes where its column chunk has {_window.Remaining} left");
        if (_header.UncompressedSize < 0 || _header.UncompressedSize > _maxPageBytes)
            throw new InvalidDataException($"a page claims {_header.UncompressedSize} bytes decompressed, in a file of {source.Length}");
        _body = _header.CompressedSize;
        return _header;
    }

    /// <summary>Makes the current page's bytes available, decompressed; they are valid until the next page.</summary>
    public void Decompress()
    {
        _window.Ensure(_body);
        ReadOnlySpan<byte> body = _window.AtHand[.._body];
        if (_header.Crc is { } crc && Crc32.Of(body) != crc) throw new InvalidDataException("a page's bytes do not agree with its checksum");
        if (chunk.Codec == CompressionCodec.None || !_header.IsCompressed)
        {
            if (_header.CompressedSize != _header.UncompressedSize)
                throw new InvalidDataException($"an uncompressed page has {_body} bytes and claims {_header.UncompressedSize}");
            (Bytes, Offset, Length) = (_window.Buffer, _window.First, _body);
            return;
        }

        int levels = _header.Type == PageType.DataV2 ? LevelsSize(in _header) : 0;
        if (_decompressed.Length < _header.UncompressedSize)
        {
            ReturnDecompressed();
            _decompressed = PageBuffers.Rent(_header.UncompressedSize);
        }

        Span<byte> target = _decompressed.AsSpan(0, _header.UncompressedSize);
        body[..levels].CopyTo(target);
        Codecs.Decompress(chunk.Codec, body[levels..], target[levels..]);
        (Bytes, Offset, Length) = (_decompressed, 0, target.Length);
    }

    /// <summary>Gives the buffers back; no page can be read afterwards.</summary>
    public void Release()
    {
        (Bytes, Offset, Length) = ([], 0, 0);
        _body = 0;
        ReturnDecompressed();
        _window.Release();
    }

    private void ReturnDecompressed()
    {
        PageBuffers.Return(_decompressed);
        _decompressed = [];
    }

    /// <summary>Bytes of a v2 page's levels, which stand uncompressed before its values.</summary>
    private static int LevelsSize(in PageHeader header)
    {
        long size = (long)header.RepetitionLevelsSize + header.DefinitionLevelsSize;
        if (header.RepetitionLevelsSize < 0 || header.DefinitionLevelsSize < 0
            || size > header.CompressedSize || size > header.UncompressedSize)
            throw new InvalidDataException($"a page of {header.CompressedSize} bytes claims {size} bytes of levels");
        return (int)size;
    }
}
