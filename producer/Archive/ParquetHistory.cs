using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>A Parquet file as history. Owns the file.</summary>
internal sealed class ParquetHistory(ParquetFile file) : IHistoryFile
{
    public IReadOnlyList<ParquetColumn> Columns => file.Columns;

    public IReadOnlyList<IRowGroup> RowGroups { get; } = [.. file.RowGroups.Select((_, index) => new RowGroup(file, index))];

    public void Dispose() => file.Dispose();

    private sealed class RowGroup(ParquetFile file, int index) : IRowGroup
    {
        public int RowCount => file.RowGroups[index].RowCount;

        public bool TryGetRange(ParquetColumn column, out long min, out long max) => file.RowGroups[index].TryGetRange(column, out min, out max);

        public IRowPass Open() => new RowPass(file, index);
    }

    private sealed class RowPass(ParquetFile file, int group) : IRowPass
    {
        private int _rowsLeft = file.RowGroups[group].RowCount;

        public int Next()
        {
            int rows = Math.Min(RowBatch.Capacity, _rowsLeft);
            _rowsLeft -= rows;
            return rows;
        }

        public IColumnReader OpenColumn(ParquetColumn column) => new Column(file.OpenColumn(group, column));

        public void Dispose()
        {
        }
    }

    private sealed class Column(ColumnReader reader) : IColumnReader
    {
        public int Read(ColumnVector into, int rows) => reader.Read(into, rows);
    }
}
