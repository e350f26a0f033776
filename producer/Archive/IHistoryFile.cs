using Streaming.Producer.Archive.Csv;
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

    /// <summary>The groups that the file itself states. Planning may cut them further.</summary>
    IReadOnlyList<IRowGroup> RowGroups { get; }

    /// <summary>Begins at the first row. Several passes may be open at once; a batch is valid until any of them goes on.</summary>
    /// <param name="group">Index in <see cref="RowGroups"/>.</param>
    /// <param name="part">Null for all rows of the group.</param>
    IRowPass Open(int group, CsvPart? part = null);
}

/// <summary>Consecutive rows of a file that can be read without the rows before them.</summary>
internal interface IRowGroup
{
    /// <summary>0 is a group to skip. A format that does not state its rows has one group of <see cref="UnknownRowCount"/>.</summary>
    long RowCount { get; }

    const long UnknownRowCount = long.MaxValue;

    /// <summary>Bounds of the column's values in the form of <see cref="ColumnVector.Longs"/>; false where the file does not state them.</summary>
    bool TryGetRange(ParquetColumn column, out long min, out long max);
}

/// <summary>One pass over the rows of a group, in batches that all its columns share.</summary>
internal interface IRowPass : IDisposable
{
    /// <summary>Goes on to the next rows, at most <see cref="RowBatch.Capacity"/>, and returns how many there are; 0 at the end.</summary>
    /// <param name="faults">Gets the faults of rows that are broken as a whole. Clear before.</param>
    int Next(Span<RowFault> faults);

    /// <summary>To be called before the first batch.</summary>
    IColumnReader OpenColumn(ParquetColumn column);

    /// <summary>The line on which a row of the batch begins, in a format that has lines.</summary>
    long? LineOf(int row);
}

/// <summary>One column of a pass.</summary>
internal interface IColumnReader
{
    /// <summary>Fills <paramref name="into"/> with the values of the batch and returns how many; to be called once for each batch.</summary>
    /// <param name="rows">Rows of the batch.</param>
    int Read(ColumnVector into, int rows);
}
