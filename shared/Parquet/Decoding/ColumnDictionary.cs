namespace Streaming.Shared.Parquet.Decoding;

/// <summary>The dictionary of a column chunk, decoded once.</summary>
public sealed class ColumnDictionary
{
    private readonly ColumnVector _values;

    /// <summary>Decodes a dictionary page, whose values are PLAIN.</summary>
    internal ColumnDictionary(PageBytes page, int count, ParquetColumn column, bool isUnsigned)
    {
        // No entry is smaller than this, so a count that lies is found before memory is taken for it.
        int smallest = column.Type switch
        {
            PhysicalType.Int64 or PhysicalType.Double => 8,
            PhysicalType.Int96 => 12,
            PhysicalType.FixedLengthByteArray => column.TypeLength,
            PhysicalType.Boolean => throw new InvalidDataException("a dictionary of booleans, which the format does not have"),
            _ => 4,
        };
        if (count < 0 || (long)count * smallest > page.Remaining)
            throw new InvalidDataException($"a dictionary page of {page.Remaining} bytes claims {count} entries");

        Count = count;
        _values = new ColumnVector(count);
        PlainDecoder plain = new(page, column, isUnsigned);
        switch (ColumnReader.StorageOf(column.Type))
        {
            case VectorStorage.Longs:
                plain.Read(_values.Longs);
                break;
            case VectorStorage.Doubles:
                plain.Read(_values.Doubles);
                break;
            default:
                ByteSink sink = new(page.Remaining);
                sink.Begin(_values, 0);
                plain.Read(sink, count);
                break;
        }

        plain.CheckEnd();
    }

    /// <summary>Entries.</summary>
    public int Count { get; }

    internal long[] Longs => _values.Longs;

    internal double[] Doubles => _values.Doubles;

    /// <summary>An entry, if the column is one of byte arrays.</summary>
    public ReadOnlySpan<byte> Bytes(int index) => _values.Bytes(index);
}
