using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.IO;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Writes a flat Parquet file by ParquetSharp (Apache Arrow's C++ library): row groups of columns, texts dictionary encoded where that pays, with statistics
/// and page checksums. The file is made in the library's memory and goes to the stream when it is finished. Does not own the stream.
/// </summary>
/// <remarks>Not thread-safe. A row group of no rows is left out, because some readers stumble over one.</remarks>
public sealed class ParquetWriter : IDisposable
{
    /// <summary>Made once for a list of fields: they take as long as the columns of a small file.</summary>
    private static readonly ConditionalWeakTable<IReadOnlyList<ParquetField>, WriterParts> Parts = [];

    private readonly Stream _output;
    private readonly IReadOnlyList<ParquetField> _fields;
    private readonly ResizableBuffer _memory = new(1 << 16);
    private readonly BufferOutputStream _file;
    private readonly ParquetFileWriter _writer;
    private RowGroupWriter? _group;
    private int _rowCount;
    private int _nextField;
    private bool _isInsideColumn;
    private bool _isFinished;

    /// <param name="output">Gets the file from its position on; stays open.</param>
    /// <param name="fields">The columns, in the order in which they are written.</param>
    /// <param name="metadata">Key-value metadata of the file.</param>
    /// <param name="codec"><see cref="CompressionCodec.None"/> or <see cref="CompressionCodec.Snappy"/>.</param>
    /// <exception cref="ArgumentException">A field or the codec cannot be written.</exception>
    public ParquetWriter(
        Stream output,
        IReadOnlyList<ParquetField> fields,
        IReadOnlyDictionary<string, string>? metadata = null,
        CompressionCodec codec = CompressionCodec.Snappy)
    {
        WrittenFields.Check(fields);
        if (codec is not (CompressionCodec.None or CompressionCodec.Snappy))
            throw new ArgumentException($"{codec} cannot be written, only None and Snappy.", nameof(codec));
        (_output, _fields, _nextField) = (output, fields, fields.Count);
        WriterParts parts = Parts.GetValue(fields, static fields => new WriterParts(fields));
        _file = new BufferOutputStream(_memory);
        _writer = new ParquetFileWriter(_file, parts.Schema, parts.PropertiesOf(codec), metadata);
    }

    private ParquetField Current => _nextField < _fields.Count
        ? _fields[_nextField]
        : throw new InvalidOperationException("No row group is open: BeginRowGroup comes first.");

    /// <summary>Begins a row group, which one <c>Write</c> for each field, in their order, must follow.</summary>
    public void BeginRowGroup(int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        CheckBetweenRowGroups();
        _rowCount = rowCount;
        _nextField = 0;
        if (rowCount > 0) _group = _writer.AppendRowGroup();
    }

    /// <summary>The next column, if it is INT64, INT32 or BOOLEAN (0 or 1). Values at nulls are ignored.</summary>
    /// <exception cref="OverflowException">A value does not fit the column's type; the file cannot be finished.</exception>
    public void Write(ReadOnlySpan<long> values, ReadOnlySpan<bool> isNull = default)
    {
        switch (Current.Type)
        {
            case PhysicalType.Int64:
                Write(values, isNull, "long");
                break;
            case PhysicalType.Int32:
                WriteAs(values, isNull, static value => checked((int)value));
                break;
            default:
                CheckType(Current.Type == PhysicalType.Boolean, "long");
                WriteAs(values, isNull, static value => value is 0 or 1 ? value == 1 : throw new OverflowException($"{value} is not a boolean."));
                break;
        }
    }

    /// <summary>The next column, if it is DOUBLE. Values at nulls are ignored.</summary>
    /// <exception cref="ArgumentException">
    /// A value is NaN, and the field does not say that it may be (<see cref="ParquetField.MayBeNaN"/>).
    /// </exception>
    public void Write(ReadOnlySpan<double> values, ReadOnlySpan<bool> isNull = default)
    {
        CheckType(Current.Type == PhysicalType.Double, "double");
        for (int row = 0; row < values.Length && !Current.MayBeNaN; row++)
        {
            if (double.IsNaN(values[row]) && (isNull.IsEmpty || !isNull[row])) throw new ArgumentException($"Field {Current.Name}: row {row + 1} is not a number.");
        }

        Write(values, isNull, "double");
    }

    /// <summary>The next column, if it is BYTE_ARRAY: texts as UTF-8. Half a surrogate pair, which UTF-8 cannot say, becomes U+FFFD.</summary>
    public void Write(ReadOnlySpan<string?> values)
    {
        CheckType(Current.Type == PhysicalType.ByteArray, "text");
        int room = 0;
        foreach (string? value in values) room = checked(room + System.Text.Encoding.UTF8.GetMaxByteCount(value?.Length ?? 0));
        bool[] isNull = ArrayPool<bool>.Shared.Rent(values.Length);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(room);
        var texts = new ByteArray[values.Length];
        GCHandle pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        try
        {
            for (int row = 0, end = 0; row < values.Length; row++)
            {
                isNull[row] = values[row] is null;
                int length = System.Text.Encoding.UTF8.GetBytes(values[row] ?? "", bytes.AsSpan(end));
                texts[row] = new ByteArray(pin.AddrOfPinnedObject() + end, length);
                end += length;
            }

            Write<ByteArray>(texts, isNull.AsSpan(0, values.Length), "text");
        }
        finally
        {
            pin.Free();
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<bool>.Shared.Return(isNull);
        }
    }

    /// <summary>Writes the footer, with which the file is complete, and the whole file to the stream.</summary>
    public void Finish()
    {
        CheckBetweenRowGroups();
        _isFinished = true;
        _writer.Close();
        using ParquetSharp.IO.Buffer file = _file.Finish();
        unsafe
        {
            for (long start = 0; start < file.Size; start += int.MaxValue)
                _output.Write(new ReadOnlySpan<byte>((byte*)file.Data + start, (int)Math.Min(int.MaxValue, file.Size - start)));
        }
    }

    public void Dispose()
    {
        _group?.Dispose();
        _writer.Dispose();
        _file.Dispose();
        _memory.Dispose();
    }

    private void WriteAs<T>(ReadOnlySpan<long> values, ReadOnlySpan<bool> isNull, Func<long, T> convert)
        where T : unmanaged
    {
        _isInsideColumn = true;
        T[] converted = ArrayPool<T>.Shared.Rent(values.Length);
        for (int row = 0; row < values.Length; row++) converted[row] = !isNull.IsEmpty && isNull[row] ? default : convert(values[row]);
        Write<T>(converted.AsSpan(0, values.Length), isNull, "long");
        ArrayPool<T>.Shared.Return(converted);
    }

    private void Write<T>(ReadOnlySpan<T> values, ReadOnlySpan<bool> isNull, string offered)
        where T : unmanaged
    {
        int nullCount = CheckRows(values.Length, isNull);
        _isInsideColumn = true;
        if (_rowCount > 0)
        {
            using var column = _group!.NextColumn() as ColumnWriter<T> ?? throw new InvalidOperationException($"Field {Current.Name} is {Current.Type}; it takes no {offered} values.");
            if (!Current.IsOptional) column.WriteBatch(values);
            else WriteOptional(column, values, isNull, nullCount);
            column.Close();
        }

        _isInsideColumn = false;
        _nextField++;
        if (_nextField < _fields.Count || _group is null) return;
        _group.Close();
        _group.Dispose();
        _group = null;
    }

    private static void WriteOptional<T>(ColumnWriter<T> column, ReadOnlySpan<T> values, ReadOnlySpan<bool> isNull, int nullCount)
        where T : unmanaged
    {
        short[] levels = ArrayPool<short>.Shared.Rent(values.Length);
        T[]? kept = nullCount > 0 ? ArrayPool<T>.Shared.Rent(values.Length) : null;
        if (kept is null)
        {
            levels.AsSpan(0, values.Length).Fill(1);
            column.WriteBatch(values.Length, levels.AsSpan(0, values.Length), [], values);
        }
        else
        {
            int count = 0;
            for (int row = 0; row < values.Length; row++)
            {
                levels[row] = isNull[row] ? (short)0 : (short)1;
                if (!isNull[row]) kept[count++] = values[row];
            }

            // The library looks whether there is a place to read from, also if nothing is read.
            column.WriteBatch(values.Length, levels.AsSpan(0, values.Length), [], kept.AsSpan(0, Math.Max(1, count)));
            ArrayPool<T>.Shared.Return(kept);
        }

        ArrayPool<short>.Shared.Return(levels);
    }

    private void CheckType(bool fits, string offered)
    {
        if (!fits) throw new InvalidOperationException($"Field {Current.Name} is {Current.Type}; it takes no {offered} values.");
    }

    private int CheckRows(int valueCount, ReadOnlySpan<bool> isNull)
    {
        if (valueCount != _rowCount || (isNull.Length != _rowCount && !isNull.IsEmpty))
            throw new ArgumentException($"Field {Current.Name}: {valueCount} values and {isNull.Length} null marks for {_rowCount} rows.");
        int nullCount = isNull.Count(true);
        if (nullCount > 0 && !Current.IsOptional) throw new ArgumentException($"Field {Current.Name} is not optional, but {nullCount} values are null.");
        return nullCount;
    }

    private void CheckBetweenRowGroups()
    {
        if (_isFinished) throw new InvalidOperationException("The file is finished.");
        if (_isInsideColumn) throw new InvalidOperationException($"Writing field {Current.Name} failed; the file cannot be finished.");
        if (_nextField < _fields.Count) throw new InvalidOperationException($"The row group still lacks field {Current.Name}.");
    }
}
