namespace Streaming.Shared.Parquet;

/// <summary>A horizontal slice of a file; each of its columns is read on its own.</summary>
public sealed class ParquetRowGroup
{
    private readonly ColumnChunk[] _chunks;

    internal ParquetRowGroup(int rowCount, ColumnChunk[] chunks)
    {
        RowCount = rowCount;
        _chunks = chunks;
    }

    public int RowCount { get; }

    /// <summary>
    /// Bounds of the column's values in this row group, by the writer's statistics, in the form of <see cref="ColumnVector.Longs"/>.
    /// Only for INT32 and INT64; false where the writer left them out or they cannot be trusted.
    /// </summary>
    public bool TryGetRange(ParquetColumn column, out long min, out long max)
    {
        (long Min, long Max)? range = _chunks[column.Index].Range;
        (min, max) = range ?? default;
        return range is not null;
    }

    internal ColumnChunk Chunk(ParquetColumn column) => _chunks[column.Index];
}
