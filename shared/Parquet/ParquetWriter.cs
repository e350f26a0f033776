using System.Buffers;
using System.Buffers.Binary;
using Streaming.Shared.Parquet.Writing;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Writes a flat Parquet file: row groups of columns, PLAIN or, for texts with few distinct values, dictionary encoded, in version 1
/// data pages of about 1 MiB, with statistics. Owns the order of the parts; does not own the stream.
/// </summary>
/// <remarks>Not thread-safe. A row group of no rows is left out, because some readers stumble over one.</remarks>
public sealed class ParquetWriter : IDisposable
{
    /// <summary>About how many bytes of values a page has.</summary>
    internal const int PageBytes = 1 << 20;

    private const int RowsPerPage = PageBytes / sizeof(long);

    private readonly IReadOnlyList<ParquetField> _fields;
    private readonly IReadOnlyDictionary<string, string>? _metadata;
    private readonly PageWriter _pages;
    private readonly FooterWriter _footer;
    private readonly ColumnBounds _bounds = new();
    private readonly PooledBuffer _body = new();
    private TextDictionary? _dictionary;
    private int _rowCount;
    private int _nextField;
    private bool _isInsideChunk;
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
        SchemaWriter.Check(fields);
        if (codec is not (CompressionCodec.None or CompressionCodec.Snappy))
            throw new ArgumentException($"{codec} cannot be written, only None and Snappy.", nameof(codec));
        (_fields, _metadata) = (fields, metadata);
        _pages = new PageWriter(output, codec);
        _footer = new FooterWriter(fields, codec);
        _nextField = fields.Count;
        _pages.Write("PAR1"u8);
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
        if (rowCount > 0) _footer.BeginRowGroup(rowCount, _pages);
    }

    /// <summary>The next column, if it is INT64, INT32 or BOOLEAN (0 or 1). Values at nulls are ignored.</summary>
    /// <exception cref="OverflowException">A value does not fit the column's type; the file cannot be finished.</exception>
    public void Write(ReadOnlySpan<long> values, ReadOnlySpan<bool> isNull = default)
    {
        CheckType(Current.Type is PhysicalType.Int64 or PhysicalType.Int32 or PhysicalType.Boolean, "long");
        int nullCount = CheckRows(values.Length, isNull);
        WrittenChunk chunk = BeginChunk(nullCount);
        long[]? present = nullCount > 0 ? ArrayPool<long>.Shared.Rent(Math.Min(RowsPerPage, _rowCount)) : null;
        for (int row = 0; row < _rowCount; row += RowsPerPage)
        {
            ReadOnlySpan<long> page = BeginPage(values, isNull, row, present);
            PlainEncoder.Append(_body, page, Current.Type);
            _bounds.Include(page);
            _pages.WriteDataPage(_body.Written, Math.Min(RowsPerPage, _rowCount - row), ValueEncoding.Plain);
        }

        if (present is not null) ArrayPool<long>.Shared.Return(present);
        EndChunk(chunk);
    }

    /// <summary>The next column, if it is DOUBLE. Values at nulls are ignored.</summary>
    public void Write(ReadOnlySpan<double> values, ReadOnlySpan<bool> isNull = default)
    {
        CheckType(Current.Type == PhysicalType.Double, "double");
        int nullCount = CheckRows(values.Length, isNull);
        WrittenChunk chunk = BeginChunk(nullCount);
        double[]? present = nullCount > 0 ? ArrayPool<double>.Shared.Rent(Math.Min(RowsPerPage, _rowCount)) : null;
        for (int row = 0; row < _rowCount; row += RowsPerPage)
        {
            ReadOnlySpan<double> page = BeginPage(values, isNull, row, present);
            PlainEncoder.Append(_body, page);
            _bounds.Include(page);
            _pages.WriteDataPage(_body.Written, Math.Min(RowsPerPage, _rowCount - row), ValueEncoding.Plain);
        }

        if (present is not null) ArrayPool<double>.Shared.Return(present);
        EndChunk(chunk);
    }

    /// <summary>The next column, if it is BYTE_ARRAY: texts as UTF-8. Half a surrogate pair, which UTF-8 cannot say, becomes U+FFFD.</summary>
    public void Write(ReadOnlySpan<string?> values)
    {
        CheckType(Current.Type == PhysicalType.ByteArray, "text");
        bool[] isNull = ArrayPool<bool>.Shared.Rent(values.Length);
        for (int row = 0; row < values.Length; row++) isNull[row] = values[row] is null;
        int nullCount = CheckRows(values.Length, isNull.AsSpan(0, values.Length));
        WrittenChunk chunk = BeginChunk(nullCount);
        _dictionary ??= new TextDictionary();
        if (_dictionary.TryBuild(values, _rowCount - nullCount, _bounds))
        {
            _pages.WriteDictionaryPage(_dictionary.Page.Written, _dictionary.Count);
            chunk = chunk with { DataStart = _pages.Position, Encoding = ValueEncoding.RleDictionary };
            WriteIndexPages(isNull, _dictionary);
        }
        else
        {
            WriteTextPages(values, isNull);
        }

        ArrayPool<bool>.Shared.Return(isNull);
        EndChunk(chunk);
    }

    /// <summary>Writes the footer, with which the file is complete.</summary>
    public void Finish()
    {
        CheckBetweenRowGroups();
        _isFinished = true;
        _body.Truncate(0);
        _footer.Append(_body, _metadata);
        int length = _body.Length;
        BinaryPrimitives.WriteInt32LittleEndian(_body.Reserve(sizeof(int)), length);
        _body.Append("PAR1"u8);
        _pages.Write(_body.Written);
    }

    public void Dispose()
    {
        _pages.Dispose();
        _footer.Dispose();
        _bounds.Dispose();
        _body.Dispose();
        _dictionary?.Dispose();
    }

    private void WriteIndexPages(ReadOnlySpan<bool> isNull, TextDictionary dictionary)
    {
        ReadOnlySpan<int> indices = dictionary.Indices;
        for (int row = 0; row < _rowCount; row += RowsPerPage)
        {
            ReadOnlySpan<bool> nulls = isNull[row..Math.Min(row + RowsPerPage, _rowCount)];
            int present = nulls.Count(false);
            BeginBody(nulls, nulls.Length);
            _body.Append((byte)dictionary.BitWidth);
            RunEncoder.Append(_body, indices[..present], dictionary.BitWidth);
            _pages.WriteDataPage(_body.Written, nulls.Length, ValueEncoding.RleDictionary);
            indices = indices[present..];
        }
    }

    private void WriteTextPages(ReadOnlySpan<string?> values, ReadOnlySpan<bool> isNull)
    {
        _bounds.Clear();
        int next;
        for (int row = 0; row < _rowCount; row = next)
        {
            // Where the page ends must be known before its first value, since the levels come first: so count characters, not bytes.
            long size = 0;
            for (next = row; next < _rowCount && size < PageBytes; next++) size += sizeof(int) + (values[next]?.Length ?? 0);
            BeginBody(isNull[row..next], next - row);
            foreach (string? value in values[row..next])
            {
                if (value is not null) _bounds.Include(PlainEncoder.Append(_body, value));
            }

            _pages.WriteDataPage(_body.Written, next - row, ValueEncoding.Plain);
        }
    }

    /// <summary>Begins the body of a page and returns its values without the nulls, in <paramref name="present"/> if there are any nulls.</summary>
    private ReadOnlySpan<T> BeginPage<T>(ReadOnlySpan<T> values, ReadOnlySpan<bool> isNull, int row, T[]? present)
    {
        int count = Math.Min(RowsPerPage, _rowCount - row);
        values = values.Slice(row, count);
        if (!isNull.IsEmpty) isNull = isNull.Slice(row, count);
        BeginBody(isNull, count);
        if (present is null) return values;
        int kept = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!isNull[i]) present[kept++] = values[i];
        }

        return present.AsSpan(0, kept);
    }

    private void BeginBody(ReadOnlySpan<bool> isNull, int count)
    {
        _body.Truncate(0);
        if (Current.IsOptional) DefinitionLevels.Append(_body, isNull, count);
    }

    private WrittenChunk BeginChunk(int nullCount)
    {
        _isInsideChunk = true;
        _bounds.Clear();
        return new WrittenChunk(_pages.Position, _pages.UncompressedPosition, _pages.Position, ValueEncoding.Plain, nullCount);
    }

    private void EndChunk(in WrittenChunk chunk)
    {
        if (_rowCount > 0) _footer.AddChunk(Current, chunk, _bounds, _pages);
        _isInsideChunk = false;
        _nextField++;
        if (_nextField == _fields.Count && _rowCount > 0) _footer.EndRowGroup(_pages);
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
        if (_isInsideChunk) throw new InvalidOperationException($"Writing field {Current.Name} failed; the file cannot be finished.");
        if (_nextField < _fields.Count) throw new InvalidOperationException($"The row group still lacks field {Current.Name}.");
    }
}
