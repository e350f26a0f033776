using Streaming.Producer.Archive.Csv;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>A Parquet file as history. Owns the file.</summary>
internal sealed class ParquetHistory(ParquetFile file) : IHistoryFile
{
    public IReadOnlyList<ParquetColumn> Columns => file.Columns;

    public IReadOnlyList<IRowGroup> RowGroups { get; } = [.. file.RowGroups.Select(group => new RowGroup(group))];

    public IRowPass Open(int group, CsvPart? part = null) => new RowPass(file, group);

    public void Dispose() => file.Dispose();

    private sealed class RowGroup(ParquetRowGroup group) : IRowGroup
    {
        public long RowCount => group.RowCount;

        public bool TryGetRange(ParquetColumn column, out long min, out long max) => group.TryGetRange(column, out min, out max);
    }

    private sealed class RowPass(ParquetFile file, int group) : IRowPass
    {
        private int _rowsLeft = file.RowGroups[group].RowCount;

        public int Next(Span<RowFault> faults)
        {
            int rows = Math.Min(RowBatch.Capacity, _rowsLeft);
            _rowsLeft -= rows;
            return rows;
        }

        public IColumnReader OpenColumn(ParquetColumn column) => new Column(file.OpenColumn(group, column));

        public long? LineOf(int row) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Column(ColumnReader reader) : IColumnReader
    {
        public int Read(ColumnVector into, int rows) => reader.Read(into, rows);
    }
}
