using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Streaming.Shared.Parquet.Writing;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Writes a flat Parquet file: row groups of columns, PLAIN or, where few values are distinct, dictionary encoded (texts and numbers of
/// eight bytes), in version 1 data pages of about 1 MiB, with statistics. Owns the order of the parts; does not own the stream.
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
    private readonly NumberDictionary _numbers = new();
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
        WriteNumbers(values, isNull, Current.Type == PhysicalType.Int64 ? PageContent.Longs : PageContent.Bytes);
    }

    /// <summary>The next column, if it is DOUBLE. Values at nulls are ignored.</summary>
    public void Write(ReadOnlySpan<double> values, ReadOnlySpan<bool> isNull = default)
    {
        CheckType(Current.Type == PhysicalType.Double, "double");
        WriteNumbers(MemoryMarshal.Cast<double, long>(values), isNull, PageContent.Doubles);
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
            _pages.WriteDictionaryPage(_dictionary.Page.Written, _dictionary.Count, PageContent.Bytes);
            chunk = chunk with { DataStart = _pages.Position, Encoding = ValueEncoding.RleDictionary };
            WriteIndexPages(isNull, _dictionary.Indices, _dictionary.Count);
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
        _numbers.Dispose();
        _dictionary?.Dispose();
    }

    /// <param name="content">Of the values' bytes, if they take eight each.</param>
    private void WriteNumbers(ReadOnlySpan<long> values, ReadOnlySpan<bool> isNull, PageContent content)
    {
        int nullCount = CheckRows(values.Length, isNull);
        WrittenChunk chunk = BeginChunk(nullCount);
        long[]? kept = nullCount > 0 ? ArrayPool<long>.Shared.Rent(_rowCount - nullCount) : null;
        ReadOnlySpan<long> present = kept is null ? values : Keep(values, isNull, kept);
        if (content != PageContent.Bytes && _numbers.TryBuild(present))
        {
            IncludeInBounds(_numbers.Distinct);
            _body.Truncate(0);
            PlainEncoder.Append(_body, _numbers.Distinct, Current.Type);
            _pages.WriteDictionaryPage(_body.Written, _numbers.Distinct.Length, content);
            chunk = chunk with { DataStart = _pages.Position, Encoding = ValueEncoding.RleDictionary };
            WriteIndexPages(isNull, _numbers.Indices, _numbers.Distinct.Length);
        }
        else
        {
            IncludeInBounds(present);
            WritePlainPages(present, isNull, content);
        }

        if (kept is not null) ArrayPool<long>.Shared.Return(kept);
        EndChunk(chunk);
    }

    private void WritePlainPages(ReadOnlySpan<long> present, ReadOnlySpan<bool> isNull, PageContent content)
    {
        for (int row = 0; row < _rowCount; row += RowsPerPage)
        {
            int kept = BeginPage(isNull, row, out int count);
            PlainEncoder.Append(_body, present[..kept], Current.Type);
            _pages.WriteDataPage(_body.Written, count, ValueEncoding.Plain, content);
            present = present[kept..];
        }
    }

    private void WriteIndexPages(ReadOnlySpan<bool> isNull, ReadOnlySpan<int> indices, int distinct)
    {
        // One bit at least, because some readers stumble over a width of zero.
        int bitWidth = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(distinct - 1)));
        for (int row = 0; row < _rowCount; row += RowsPerPage)
        {
            int kept = BeginPage(isNull, row, out int count);
            _body.Append((byte)bitWidth);
            RunEncoder.Append(_body, indices[..kept], bitWidth);
            _pages.WriteDataPage(_body.Written, count, ValueEncoding.RleDictionary);
            indices = indices[kept..];
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

    private static ReadOnlySpan<long> Keep(ReadOnlySpan<long> values, ReadOnlySpan<bool> isNull, long[] kept)
    {
        int count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!isNull[i]) kept[count++] = values[i];
        }

        return kept.AsSpan(0, count);
    }

    private void IncludeInBounds(ReadOnlySpan<long> present)
    {
        if (Current.Type == PhysicalType.Double) _bounds.Include(MemoryMarshal.Cast<long, double>(present));
        else _bounds.Include(present);
    }

    /// <summary>Begins the body of the page of rows from <paramref name="row"/> on; returns how many of its rows have a value.</summary>
    private int BeginPage(ReadOnlySpan<bool> isNull, int row, out int count)
    {
        count = Math.Min(RowsPerPage, _rowCount - row);
        if (!isNull.IsEmpty) isNull = isNull.Slice(row, count);
        BeginBody(isNull, count);
        return isNull.IsEmpty ? count : isNull.Count(false);
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
