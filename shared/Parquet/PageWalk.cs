using System.Buffers;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Looks at the header of each page of a column chunk before the library does: the library takes memory on a header's word, and reads the
/// levels of an encoding that nobody writes any more as nulls. Does not look into the pages.
/// </summary>
internal sealed class PageWalk(IByteSource source, ColumnChunk chunk, ParquetColumn column)
{
    /// <summary>Most headers take some 50 bytes; one with long texts for bounds is read again.</summary>
    private const int UsualHeaderBytes = 512;
    private const int MaxHeaderBytes = 16 << 20;

    private readonly long _maxPageBytes = MaxDecompressedBytes(source.Length);
    private readonly long _end = chunk.Start + chunk.CompressedSize;
    private long _next = chunk.Start;
    private bool _hasDictionary;
    private bool _hasDataPages;

    /// <summary>
    /// What a page may decompress to. A tiny file of one repeated value decompresses a thousandfold, and rightly so; but none needs
    /// more than this, and a page that claims it is a bomb.
    /// </summary>
    public static long MaxDecompressedBytes(long fileLength) => Math.Min(Array.MaxLength, (16L << 20) + (64 * fileLength));

    /// <summary>Goes to the next data page and returns its rows, maybe none.</summary>
    /// <param name="rowsLeft">What the row group still wants.</param>
    public int NextRows(int rowsLeft)
    {
        while (_next < _end)
        {
            PageHeader header = NextHeader();
            switch (header.Type)
            {
                case PageType.Dictionary:
                    CheckDictionary(in header);
                    break;
                case PageType.Data or PageType.DataV2:
                    _hasDataPages = true;
                    CheckData(in header, rowsLeft);
                    return header.ValueCount;
                case PageType.Index:
                    break;
                default:
                    throw new InvalidDataException($"a page of type {(int)header.Type}, which the format does not have");
            }
        }

        throw new InvalidDataException($"the pages end with {rowsLeft} rows missing");
    }

    private PageHeader NextHeader()
    {
        if (!TryReadHeader(UsualHeaderBytes, out PageHeader header, out int size) && !TryReadHeader(MaxHeaderBytes, out header, out size))
            throw new InvalidDataException("a page header is cut off");
        long left = _end - _next - size;
        if (header.CompressedSize < 0 || header.CompressedSize > left)
            throw new InvalidDataException($"a page claims {header.CompressedSize} bytes where its column chunk has {left} left");
        if (header.UncompressedSize < 0 || header.UncompressedSize > _maxPageBytes)
            throw new InvalidDataException($"a page claims {header.UncompressedSize} bytes decompressed, in a file of {source.Length}");
        bool isPlain = chunk.Codec == CompressionCodec.None || !header.IsCompressed;
        if (isPlain && header.CompressedSize != header.UncompressedSize)
            throw new InvalidDataException($"an uncompressed page has {header.CompressedSize} bytes and claims {header.UncompressedSize}");
        _next += size + header.CompressedSize;
        return header;
    }

    private bool TryReadHeader(int maxBytes, out PageHeader header, out int size)
    {
        int count = (int)Math.Min(maxBytes, _end - _next);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            source.Read(_next, bytes.AsSpan(0, count));
            header = PageHeader.Read(bytes.AsSpan(0, count), out size);
            return true;
        }
        catch (EndOfStreamException)
        {
            (header, size) = (default, 0);
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void CheckDictionary(in PageHeader header)
    {
        if (_hasDictionary || _hasDataPages) throw new InvalidDataException("a dictionary page where none belongs");
        _hasDictionary = true;
        if (header.Encoding is not PageEncoding.Plain and not PageEncoding.PlainDictionary)
            throw new InvalidDataException($"a dictionary page has encoding {header.Encoding}, which is not supported");
        // No entry is smaller than this, so a count that lies is found before memory is taken for it.
        int smallest = column.Type switch
        {
            PhysicalType.Int64 or PhysicalType.Double => 8,
            PhysicalType.Int96 => 12,
            PhysicalType.FixedLengthByteArray => column.TypeLength,
            PhysicalType.Boolean => throw new InvalidDataException("a dictionary of booleans, which the format does not have"),
            _ => 4,
        };
        if (header.ValueCount < 0 || (long)header.ValueCount * smallest > header.UncompressedSize)
            throw new InvalidDataException($"a dictionary page of {header.UncompressedSize} bytes claims {header.ValueCount} entries");
    }

    private void CheckData(in PageHeader header, int rowsLeft)
    {
        if (header.ValueCount < 0 || header.ValueCount > rowsLeft)
            throw new InvalidDataException($"a page claims {header.ValueCount} rows where {rowsLeft} are left");
        if (header.Encoding is PageEncoding.PlainDictionary or PageEncoding.RleDictionary && !_hasDictionary)
            throw new InvalidDataException("a page refers to a dictionary that the chunk does not have");
        if (!Enum.IsDefined(header.Encoding) || header.Encoding == PageEncoding.BitPacked)
            throw new InvalidDataException($"a page has encoding {header.Encoding}, which is not supported");
        if (header.Type == PageType.Data)
        {
            if (column.IsOptional && header.DefinitionLevelEncoding != PageEncoding.Rle)
                throw new InvalidDataException($"definition levels have encoding {header.DefinitionLevelEncoding}, which is not supported");
            return;
        }

        if (header.RowCount != header.ValueCount)
            throw new InvalidDataException($"a page has {header.ValueCount} values in {header.RowCount} rows, in a flat column");
        if (header.NullCount < 0 || header.NullCount > (column.IsOptional ? header.ValueCount : 0))
            throw new InvalidDataException($"a page of {header.ValueCount} values says that it has {header.NullCount} nulls");
        long levels = (long)header.RepetitionLevelsSize + header.DefinitionLevelsSize;
        if (header.RepetitionLevelsSize < 0 || header.DefinitionLevelsSize < 0 || levels > header.CompressedSize || levels > header.UncompressedSize)
            throw new InvalidDataException($"a page of {header.CompressedSize} bytes claims {levels} bytes of levels");
    }
}
