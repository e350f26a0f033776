using System.Buffers.Binary;

namespace Streaming.Shared.Parquet;

/// <summary>What the footer says about one column in one row group (<c>ColumnChunk</c>, <c>ColumnMetaData</c> and <c>Statistics</c>).</summary>
internal sealed class ColumnChunk
{
    private long _dataPageOffset = -1;
    private long _dictionaryPageOffset;

    private ColumnChunk()
    {
    }

    /// <summary>Why the chunk cannot be read, or null; said only when it is asked for, so that its neighbours stay readable.</summary>
    public string? Refusal { get; private set; }

    public CompressionCodec Codec { get; private set; }

    public long ValueCount { get; private set; } = -1;

    /// <summary>Bytes of all pages with their headers, the dictionary's too.</summary>
    public long CompressedSize { get; private set; } = -1;

    /// <summary>Statistics in the form of <see cref="ColumnVector.Longs"/>; null where absent or not to be trusted.</summary>
    public (long Min, long Max)? Range { get; private set; }

    /// <summary>First byte of the chunk's pages. A dictionary may stand at the data pages' offset too.</summary>
    public long Start => _dictionaryPageOffset > 0 && _dictionaryPageOffset < _dataPageOffset ? _dictionaryPageOffset : _dataPageOffset;

    public static ColumnChunk Read(ref ThriftReader thrift, ParquetColumn column, bool isUnsigned)
    {
        ColumnChunk chunk = new();
        int id = 0;
        bool isDescribed = false, isEncrypted = false, isElsewhere = false;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 1:
                    isElsewhere = thrift.ReadBinary(type).Length > 0;
                    break;
                case 3:
                    ThriftReader.BeginStruct(type);
                    chunk.ReadMetadata(ref thrift, column, isUnsigned);
                    isDescribed = true;
                    break;
                case 8:
                    isEncrypted = true;
                    thrift.Skip(type);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        if (isEncrypted) chunk.Refusal = "is encrypted, which this reader does not support";
        else if (!isDescribed) throw new InvalidDataException($"the footer does not describe column '{column.Name}'");
        else if (isElsewhere) chunk.Refusal = "lies in another file, which this reader does not support";
        return chunk;
    }

    private void ReadMetadata(ref ThriftReader thrift, ParquetColumn column, bool isUnsigned)
    {
        int physical = -1, codec = -1;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 1: physical = thrift.ReadInt32(type); break;
                case 4: codec = thrift.ReadInt32(type); break;
                case 5: ValueCount = thrift.ReadInt64(type); break;
                case 7: CompressedSize = thrift.ReadInt64(type); break;
                case 9: _dataPageOffset = thrift.ReadInt64(type); break;
                case 11: _dictionaryPageOffset = thrift.ReadInt64(type); break;
                case 12:
                    ThriftReader.BeginStruct(type);
                    Range = ReadStatistics(ref thrift, column.Type, isUnsigned);
                    break;
                default: thrift.Skip(type); break;
            }
        }

        Codec = (CompressionCodec)codec;
        Refusal =
            (PhysicalType)physical != column.Type ? $"is {column.Type} in the schema and type {physical} in a row group"
            : codec is < 0 or > (int)CompressionCodec.Lz4Raw ? $"is compressed with codec {codec}, which this reader does not know"
            : Codec == CompressionCodec.Lzo ? "is compressed with LZO, which this reader does not support"
            : null;
    }

    private static (long Min, long Max)? ReadStatistics(ref ThriftReader thrift, PhysicalType physical, bool isUnsigned)
    {
        long? oldMin = null, oldMax = null, min = null, max = null;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 1: oldMax = ReadBound(thrift.ReadBinary(type), physical, isUnsigned); break;
                case 2: oldMin = ReadBound(thrift.ReadBinary(type), physical, isUnsigned); break;
                case 5: max = ReadBound(thrift.ReadBinary(type), physical, isUnsigned); break;
                case 6: min = ReadBound(thrift.ReadBinary(type), physical, isUnsigned); break;
                default: thrift.Skip(type); break;
            }
        }

        // The deprecated pair was compared as signed numbers whatever the column was, so for unsigned ones it says nothing.
        if (!isUnsigned) (min, max) = (min ?? oldMin, max ?? oldMax);
        return min <= max ? (min.Value, max.Value) : null;
    }

    private static long? ReadBound(ReadOnlySpan<byte> bytes, PhysicalType physical, bool isUnsigned) => (physical, bytes.Length) switch
    {
        (PhysicalType.Int32, 4) when isUnsigned => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (PhysicalType.Int32, 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        (PhysicalType.Int64, 8) when !isUnsigned => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => null,
    };
}
