using Streaming.Shared.Parquet.Decoding;

namespace Streaming.Shared.Parquet;

/// <summary>Finds the data pages of a chunk, keeps its dictionary, and sets up the decoders of levels and values.</summary>
internal sealed class DataPageReader(PageReader pages, ParquetColumn column, bool isUnsigned)
{
    private ColumnDictionary? _dictionary;
    private bool _hasDataPages;

    /// <summary>The next page that has rows; <paramref name="rowsLeft"/> is how many the row group still wants.</summary>
    public DataPage Next(int rowsLeft)
    {
        while (!pages.AtEnd)
        {
            PageHeader header = pages.NextHeader();
            switch (header.Type)
            {
                case PageType.Dictionary:
                    ReadDictionary(in header);
                    break;
                case PageType.Data or PageType.DataV2:
                    _hasDataPages = true;
                    if (header.ValueCount < 0 || header.ValueCount > rowsLeft)
                        throw new InvalidDataException($"a page claims {header.ValueCount} rows where {rowsLeft} are left");
                    if (header.ValueCount == 0) break;
                    pages.Decompress();
                    return header.Type == PageType.Data ? OpenV1(in header) : OpenV2(in header);
                case PageType.Index:
                    break;
                default:
                    throw new InvalidDataException($"a page of type {(int)header.Type}, which the format does not have");
            }
        }

        throw new InvalidDataException($"the pages end with {rowsLeft} rows missing");
    }

    /// <inheritdoc cref="PageReader.Release"/>
    public void Release() => pages.Release();

    private void ReadDictionary(in PageHeader header)
    {
        if (_dictionary is not null || _hasDataPages) throw new InvalidDataException("a dictionary page where none belongs");
        if (header.Encoding is not PageEncoding.Plain and not PageEncoding.PlainDictionary)
            throw new InvalidDataException($"a dictionary page has encoding {header.Encoding}, which is not supported");
        pages.Decompress();
        _dictionary = new ColumnDictionary(new PageBytes(pages.Bytes, pages.Offset, pages.Length), header.ValueCount, column, isUnsigned);
    }

    private DataPage OpenV1(in PageHeader header)
    {
        PageBytes bytes = new(pages.Bytes, pages.Offset, pages.Length);
        LevelDecoder levels = !column.IsOptional ? LevelDecoder.Required : header.DefinitionLevelEncoding switch
        {
            PageEncoding.Rle => LevelDecoder.Hybrid(bytes.Split(bytes.TakeInt32())),
            PageEncoding.BitPacked => LevelDecoder.BitPacked(bytes.Split((header.ValueCount + 7L) / 8)),
            _ => throw new InvalidDataException($"definition levels have encoding {header.DefinitionLevelEncoding}, which is not supported"),
        };
        return new DataPage(header.ValueCount, nullCount: null, levels, OpenValues(header.Encoding, bytes));
    }

    private DataPage OpenV2(in PageHeader header)
    {
        if (header.RowCount != header.ValueCount)
            throw new InvalidDataException($"a page has {header.ValueCount} values in {header.RowCount} rows, in a flat column");
        PageBytes bytes = new(pages.Bytes, pages.Offset, pages.Length);
        bytes.Take(header.RepetitionLevelsSize);
        PageBytes definitions = bytes.Split(header.DefinitionLevelsSize);
        LevelDecoder levels = column.IsOptional ? LevelDecoder.Hybrid(definitions) : LevelDecoder.Required;
        return new DataPage(header.ValueCount, header.NullCount, levels, OpenValues(header.Encoding, bytes));
    }

    private ValueDecoder OpenValues(PageEncoding encoding, PageBytes bytes) => encoding switch
    {
        // Of nothing but nulls, some writers write not even the encoding's own header; a value that is wanted after all is missed.
        _ when bytes.Remaining == 0 => new PlainDecoder(bytes, column, isUnsigned),
        PageEncoding.Plain => new PlainDecoder(bytes, column, isUnsigned),
        PageEncoding.PlainDictionary or PageEncoding.RleDictionary => new DictionaryDecoder(
            bytes,
            _dictionary ?? throw new InvalidDataException("a page refers to a dictionary that the chunk does not have")),
        PageEncoding.Rle => new RleBooleanDecoder(bytes, column),
        PageEncoding.DeltaBinaryPacked => new DeltaBinaryPackedDecoder(bytes, column, isUnsigned),
        PageEncoding.DeltaLengthByteArray => new DeltaLengthByteArrayDecoder(bytes),
        PageEncoding.DeltaByteArray => new DeltaByteArrayDecoder(bytes, column),
        PageEncoding.ByteStreamSplit => new ByteStreamSplitDecoder(bytes, column, isUnsigned),
        _ => throw new InvalidDataException($"a page has encoding {encoding}, which is not supported"),
    };
}
