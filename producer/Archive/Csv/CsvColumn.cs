using Text = System.Text.Encoding;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Csv;

/// <summary>The fields of one column in one batch.</summary>
internal sealed class CsvColumn(int field) : IColumnReader
{
    private readonly int[] _ends = new int[RowBatch.Capacity];
    private readonly bool[] _isNull = new bool[RowBatch.Capacity];
    private byte[] _bytes = [];

    /// <summary>Place of the column in a record.</summary>
    public int Field { get; } = field;

    /// <summary>Sets a row's value; rows come in order. An empty field is no value.</summary>
    /// <param name="text">Bytes as Latin-1 characters.</param>
    public void Set(int row, ReadOnlySpan<char> text)
    {
        int start = row == 0 ? 0 : _ends[row - 1];
        int end = start + text.Length;
        if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(end, _bytes.Length * 2));
        Text.Latin1.GetBytes(text, _bytes.AsSpan(start));
        (_ends[row], _isNull[row]) = (end, text.IsEmpty);
    }

    public int Read(ColumnVector into, int rows)
    {
        int length = rows == 0 ? 0 : _ends[rows - 1];
        if (into.ByteData.Length < length) into.ByteData = new byte[Math.Max(length, _bytes.Length)];
        _bytes.AsSpan(0, length).CopyTo(into.ByteData);
        _ends.AsSpan(0, rows).CopyTo(into.ByteEnds);
        _isNull.AsSpan(0, rows).CopyTo(into.IsNull);
        return into.Count = rows;
    }
}
