using Streaming.Shared.Parquet.Decoding;

namespace Streaming.Shared.Parquet;

/// <summary>Which array of a <see cref="ColumnVector"/> holds a column's values.</summary>
internal enum VectorStorage
{
    Longs,
    Doubles,
    Bytes,
}

/// <summary>
/// Delivers one column of one row group, row by row in order. Owns the page at hand (compressed and decompressed) and the chunk's
/// dictionary, and no more of the file. Not for use by several threads at once.
/// </summary>
public sealed class ColumnReader
{
    private readonly string _file;
    private readonly ParquetColumn _column;
    private readonly DataPageReader _pages;
    private readonly ByteSink _sink;
    private ParquetException? _failure;
    private int _rowsLeft;
    private DataPage? _page;

    internal ColumnReader(IByteSource source, ParquetColumn column, bool isUnsigned, ColumnChunk chunk, int rowCount)
    {
        _file = source.Name;
        _column = column;
        _rowsLeft = rowCount;
        _pages = new DataPageReader(new PageReader(source, chunk), column, isUnsigned);
        _sink = new ByteSink(PageReader.MaxDecompressedBytes(source.Length));
    }

    /// <summary>
    /// Fills <paramref name="into"/> from its row 0 on and returns how many rows there are now: as many as asked for and as fit, less
    /// only at the end of the row group, so that columns read with the same numbers stay in step; 0 at the end.
    /// </summary>
    /// <exception cref="ParquetException">The column's pages are broken. The reader then stays at that error.</exception>
    public int Read(ColumnVector into, int maxRows)
    {
        if (_failure is not null) throw new ParquetException(_file, _failure.Problem, _failure);
        into.Count = 0;
        int wanted = Math.Min(Math.Min(maxRows, into.Capacity), _rowsLeft);
        try
        {
            for (int filled = 0; filled < wanted;)
                filled += ReadFromPage(into, filled, wanted - filled);
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
        {
            _failure = new ParquetException(_file, $"column '{_column.Name}': {problem.Message}", problem);
            throw _failure;
        }

        into.Count = Math.Max(wanted, 0);
        return into.Count;
    }

    // A chunk may go on without its dictionary where that became too large, and rows of both kinds can meet in a vector.
    private void SpellOut(ColumnVector into, int rows)
    {
        ColumnDictionary? dictionary = into.Dictionary;
        into.Dictionary = null;
        if (dictionary is null) return;
        _sink.Begin(into, 0);
        for (int row = 0; row < rows; row++) _sink.Append(into.IsNull[row] ? [] : dictionary.Bytes(into.Codes[row]));
    }

    internal static VectorStorage StorageOf(PhysicalType type) => type switch
    {
        PhysicalType.Float or PhysicalType.Double => VectorStorage.Doubles,
        PhysicalType.ByteArray or PhysicalType.FixedLengthByteArray => VectorStorage.Bytes,
        _ => VectorStorage.Longs,
    };

    private int ReadFromPage(ColumnVector into, int row, int maxRows)
    {
        DataPage page = _page ??= _pages.Next(_rowsLeft);
        int rows = Math.Min(maxRows, page.RowsLeft);
        Span<bool> isNull = into.IsNull.AsSpan(row, rows);
        int values = page.ReadLevels(isNull);
        switch (StorageOf(_column.Type))
        {
            case VectorStorage.Longs:
                page.Values.Read(into.Longs.AsSpan(row, values));
                NullSpreader.Spread(into.Longs.AsSpan(row, rows), values, isNull);
                break;
            case VectorStorage.Doubles:
                page.Values.Read(into.Doubles.AsSpan(row, values));
                NullSpreader.Spread(into.Doubles.AsSpan(row, rows), values, isNull);
                break;
            case var _ when page.Values is DictionaryDecoder coded && (row == 0 || into.Dictionary is not null):
                into.Dictionary = coded.Dictionary;
                coded.ReadCodes(into.Codes.AsSpan(row, values));
                NullSpreader.Spread(into.Codes.AsSpan(row, rows), values, isNull);
                break;
            default:
                SpellOut(into, row);
                _sink.Begin(into, row);
                page.Values.Read(_sink, values);
                NullSpreader.SpreadEnds(into.ByteEnds, row, rows, values, isNull);
                break;
        }

        _rowsLeft -= rows;
        if (page.RowsLeft == 0)
        {
            page.CheckEnd();
            _page = null;
            // The values were copied, so that nothing of the last page is in use any more.
            if (_rowsLeft == 0) _pages.Release();
        }

        return rows;
    }
}
