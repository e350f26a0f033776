using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// A history file as the archive reads it, whatever its format: named columns, and groups of rows that are read batch by batch.
/// A column of text in any format is described as a Parquet column of type text.
/// </summary>
internal interface IHistoryFile : IDisposable
{
    /// <summary>All columns in the file's order.</summary>
    IReadOnlyList<ParquetColumn> Columns { get; }

    IReadOnlyList<IRowGroup> RowGroups { get; }
}

/// <summary>Consecutive rows of a file that can be read without the rows before them.</summary>
internal interface IRowGroup
{
    int RowCount { get; }

    /// <summary>Bounds of the column's values in the form of <see cref="ColumnVector.Longs"/>; false where the file does not state them.</summary>
    bool TryGetRange(ParquetColumn column, out long min, out long max);

    /// <summary>Begins at the first row. Several passes may be open at once.</summary>
    IRowPass Open();
}

/// <summary>One pass over the rows of a group, in batches that all its columns share.</summary>
internal interface IRowPass : IDisposable
{
    /// <summary>Goes on to the next rows, at most <see cref="RowBatch.Capacity"/>, and returns how many there are; 0 at the end.</summary>
    int Next();

    /// <summary>To be called before the first batch.</summary>
    IColumnReader OpenColumn(ParquetColumn column);
}

/// <summary>One column of a pass.</summary>
internal interface IColumnReader
{
    /// <summary>Fills <paramref name="into"/> with the values of the batch and returns how many; to be called once for each batch.</summary>
    /// <param name="rows">Rows of the batch.</param>
    int Read(ColumnVector into, int rows);
}
