using System.IO.Compression;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Csv;

/// <summary>
/// A CSV file as history: its header when opened, its rows one after the other. All columns are text. Owns the byte source, and the room for one
/// batch that all passes share: per pass there is only the piece of the file that it reads.
/// </summary>
internal sealed class CsvFile : IHistoryFile
{
    private readonly IByteSource _source;
    private readonly Dictionary<int, CsvColumn> _columns = [];

    /// <exception cref="InvalidDataException">It is no CSV with a header. The source is then still the caller's.</exception>
    public CsvFile(IByteSource source, bool isGzip)
    {
        (_source, IsGzip) = (source, isGzip);
        using CsvRecords records = ReadFrom(new CsvPlace(0, 1));
        Header = CsvHeader.Read(records);
        Columns = [.. Header.Names.Select((name, index) => new ParquetColumn(
            name, index, PhysicalType.ByteArray, LogicalKind.Text, Precision: 0, Scale: 0, TypeLength: 0, IsAdjustedToUtc: false, IsOptional: true, IsNested: false))];
        Fields = new CsvFields(Header.Delimiter);
    }

    public string Name => _source.Name;

    public CsvHeader Header { get; }

    public IReadOnlyList<ParquetColumn> Columns { get; }

    public IReadOnlyList<IRowGroup> RowGroups { get; } = [new AllRows()];

    /// <summary>The file can only be read from its beginning.</summary>
    public bool IsGzip { get; }

    /// <summary>Room for the records of one batch.</summary>
    public CsvFields Fields { get; }

    IRowPass IHistoryFile.Open(int group, CsvPart? part) => Open(part);

    /// <param name="part">Null for all rows.</param>
    public CsvPass Open(CsvPart? part = null)
    {
        try
        {
            return new CsvPass(this, ReadFrom(part?.Start ?? Header.FirstRow)) { RowsLeft = part?.RowCount ?? IRowGroup.UnknownRowCount };
        }
        catch (InvalidDataException problem)
        {
            throw new CsvException(Name, problem.Message);
        }
    }

    /// <summary>Room for the fields of one batch.</summary>
    public CsvColumn ColumnOf(ParquetColumn column)
    {
        if (!_columns.TryGetValue(column.Index, out CsvColumn? room)) _columns[column.Index] = room = new CsvColumn(column.Index);
        return room;
    }

    public void Dispose()
    {
        Fields.Dispose();
        _source.Dispose();
    }

    private CsvRecords ReadFrom(CsvPlace start)
    {
        if (!IsGzip) return new CsvRecords(new ByteSourceStream(_source, start.Offset), start);
        var records = new CsvRecords(new GZipStream(new ByteSourceStream(_source, 0), CompressionMode.Decompress), new CsvPlace(0, 1));
        return records.SkipTo(start) ? records : throw new InvalidDataException("it changed while it was read.");
    }

    private sealed class AllRows : IRowGroup
    {
        public long RowCount => IRowGroup.UnknownRowCount;

        public bool TryGetRange(ParquetColumn column, out long min, out long max)
        {
            (min, max) = (0, 0);
            return false;
        }
    }
}
