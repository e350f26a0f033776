using System.Runtime.InteropServices;
using ParquetSharp;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Delivers one column of one row group, row by row in order. Owns the library's reader of the column, until the last row or the file's end.
/// Not for use by several threads at once.
/// </summary>
public sealed class ColumnReader
{
    /// <summary>Rows that the library is asked for at once, and for which there are buffers.</summary>
    private const int MaxRows = 512;

    /// <summary>Julian day of 1970-01-01.</summary>
    private const int UnixEpochDay = 2_440_588;
    private const long MicrosPerDay = 86_400_000_000;

    private readonly string _file;
    private readonly ParquetColumn _column;
    private readonly bool _isUnsigned;
    private readonly NativeColumn _native;
    private readonly PageWalk _pages;
    private readonly long _maxTextBytes;
    private readonly short[] _levels;
    private Array? _values;
    private ParquetException? _failure;
    private int _rowsLeft;
    private int _pageRowsLeft;

    internal ColumnReader(IByteSource source, NativeColumn native, ParquetColumn column, bool isUnsigned, ColumnChunk chunk, int rowCount)
    {
        (_file, _native, _column, _isUnsigned, _rowsLeft) = (source.Name, native, column, isUnsigned, rowCount);
        _pages = new PageWalk(source, chunk, column);
        _maxTextBytes = PageWalk.MaxDecompressedBytes(source.Length);
        _levels = column.IsOptional ? new short[Math.Min(MaxRows, rowCount)] : [];
    }

    /// <summary>
    /// Fills <paramref name="into"/> from its row 0 on and returns how many rows there are now: as many as asked for and as fit, less
    /// only at the end of the row group, so that columns read with the same numbers stay in step; 0 at the end.
    /// </summary>
    /// <exception cref="ParquetException">The column's pages are broken. The reader then stays at that error.</exception>
    public int Read(ColumnVector into, int maxRows)
    {
        if (_failure is not null) throw new ParquetException(_file, _failure.Problem, _failure);
        into.Count = 0;
        int wanted = Math.Max(0, Math.Min(Math.Min(maxRows, into.Capacity), _rowsLeft));
        if (wanted == 0) return 0;
        _native.ThrowIfFreed();
        try
        {
            into.Count = LibraryFaults.Guard(_file, $"column '{_column.Name}'", () => Fill(into, wanted));
        }
        catch (ParquetException failure)
        {
            _failure = failure;
            _native.Dispose();
            throw;
        }

        _rowsLeft -= wanted;
        if (_rowsLeft == 0) _native.Dispose();
        return wanted;
    }

    private int Fill(ColumnVector into, int wanted)
    {
        for (int row = 0; row < wanted;)
        {
            if (_pageRowsLeft == 0)
            {
                _pageRowsLeft = _pages.NextRows(_rowsLeft - row);
                if (_pageRowsLeft == 0 && Read(into, row, 1) > 0) throw new InvalidDataException("a page without rows has rows");
                continue;
            }

            int rows = Read(into, row, Math.Min(Math.Min(wanted - row, MaxRows), _pageRowsLeft));
            if (rows == 0) throw new InvalidDataException("a page has fewer rows than it claims");
            row += rows;
            _pageRowsLeft -= rows;
        }

        return wanted;
    }

    private int Read(ColumnVector into, int row, int rows) => _column.Type switch
    {
        PhysicalType.Int64 => Read(into, row, rows, into.Longs.AsSpan(row, rows)),
        PhysicalType.Double => Read(into, row, rows, into.Doubles.AsSpan(row, rows)),
        PhysicalType.Boolean => Read<bool, long>(into, row, rows, into.Longs, static (value, _) => value ? 1 : 0),
        PhysicalType.Int32 => Read<int, long>(into, row, rows, into.Longs, static (value, isUnsigned) => isUnsigned ? (uint)value : value),
        PhysicalType.Int96 => Read<Int96, long>(into, row, rows, into.Longs, static (value, _) => MicrosOf(value)),
        PhysicalType.Float => Read<float, double>(into, row, rows, into.Doubles, static (value, _) => value),
        PhysicalType.ByteArray => ReadBytes<ByteArray>(into, row, rows),
        _ => ReadBytes<FixedLenByteArray>(into, row, rows),
    };

    /// <summary>Values of the vector's own type go straight into it.</summary>
    private int Read<T>(ColumnVector into, int row, int wanted, Span<T> values)
        where T : unmanaged
    {
        int rows = ReadRows(into, row, wanted, values, out int present);
        Spread(values[..rows], present, into.IsNull.AsSpan(row, rows));
        return rows;
    }

    private int Read<TFrom, TTo>(ColumnVector into, int row, int wanted, TTo[] target, Func<TFrom, bool, TTo> convert)
        where TFrom : unmanaged
    {
        TFrom[] values = Buffer<TFrom>();
        int rows = ReadRows<TFrom>(into, row, wanted, values, out int present);
        Span<TTo> converted = target.AsSpan(row, rows);
        for (int i = 0; i < present; i++) converted[i] = convert(values[i], _isUnsigned);
        Spread(converted, present, into.IsNull.AsSpan(row, rows));
        return rows;
    }

    private int ReadBytes<T>(ColumnVector into, int row, int wanted)
        where T : unmanaged
    {
        T[] values = Buffer<T>();
        int rows = ReadRows<T>(into, row, wanted, values, out _);
        int end = row == 0 ? 0 : into.ByteEnds[row - 1];
        for (int i = 0, next = 0; i < rows; i++)
        {
            if (!into.IsNull[row + i]) end = Append(into, end, BytesOf(values[next++]));
            into.ByteEnds[row + i] = end;
        }

        return rows;
    }

    /// <summary>Reads rows of one page, their nulls into the vector and the values that are there to the front of <paramref name="values"/>.</summary>
    private int ReadRows<T>(ColumnVector into, int row, int wanted, Span<T> values, out int present)
        where T : unmanaged
    {
        int rows = _native.Read(wanted, _levels.AsSpan(0, _column.IsOptional ? wanted : 0), values, out present);
        Span<bool> isNull = into.IsNull.AsSpan(row, rows);
        isNull.Clear();
        for (int i = 0; i < rows && _column.IsOptional; i++) isNull[i] = _levels[i] == 0;
        if (present != isNull.Count(false)) throw new InvalidDataException($"a page has {present} values for {isNull.Count(false)} rows that have one");
        return rows;
    }

    // From the back, so that nothing is overwritten before it was moved.
    private static void Spread<T>(Span<T> rows, int present, ReadOnlySpan<bool> isNull)
    {
        for (int row = rows.Length - 1; row >= present && present > 0; row--)
        {
            if (!isNull[row]) rows[row] = rows[--present];
        }
    }

    private int Append(ColumnVector into, int end, ReadOnlySpan<byte> bytes)
    {
        long needed = (long)end + bytes.Length;
        if (needed > _maxTextBytes) throw new InvalidDataException($"its texts take more than {_maxTextBytes} bytes at once");
        if (needed > into.ByteData.Length)
        {
            byte[] larger = new byte[Math.Min(Math.Max(needed, into.ByteData.Length * 2L), _maxTextBytes)];
            into.ByteData.AsSpan(0, end).CopyTo(larger);
            into.ByteData = larger;
        }

        bytes.CopyTo(into.ByteData.AsSpan(end));
        return (int)needed;
    }

    private unsafe ReadOnlySpan<byte> BytesOf<T>(T value)
        where T : unmanaged
        => value switch
        {
            ByteArray text => new ReadOnlySpan<byte>((void*)text.Pointer, text.Length),
            FixedLenByteArray fixedLength => new ReadOnlySpan<byte>((void*)fixedLength.Pointer, _column.TypeLength),
            _ => [],
        };

    private T[] Buffer<T>() => (T[])(_values ??= new T[MaxRows]);

    private static long MicrosOf(Int96 value)
    {
        long nanos = MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(new ReadOnlySpan<Int96>(in value)));
        return (((long)(uint)value.C - UnixEpochDay) * MicrosPerDay) + (long)Math.Floor(nanos / 1000m);
    }
}
