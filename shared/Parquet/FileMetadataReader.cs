namespace Streaming.Shared.Parquet;

/// <summary>Turns the footer's thrift into <see cref="FileMetadata"/>, and checks that its counts agree with each other.</summary>
internal static class FileMetadataReader
{
    public static FileMetadata Read(ReadOnlySpan<byte> footer)
    {
        ThriftReader thrift = new(footer);
        ParquetSchema? schema = null;
        long rowCount = -1;
        List<ParquetRowGroup> rowGroups = [];
        Dictionary<string, string> keyValues = [];
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 2:
                    schema = SchemaReader.Read(ref thrift, type);
                    break;
                case 3:
                    rowCount = thrift.ReadInt64(type);
                    break;
                case 4:
                    if (schema is null) throw new InvalidDataException("the footer has row groups before a schema");
                    int groups = thrift.BeginList(type, ThriftType.Struct);
                    for (int i = 0; i < groups; i++) rowGroups.Add(ReadRowGroup(ref thrift, i, schema));
                    break;
                case 5:
                    int pairs = thrift.BeginList(type, ThriftType.Struct);
                    for (int i = 0; i < pairs; i++) ReadKeyValue(ref thrift, keyValues);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        if (schema is null) throw new InvalidDataException("the footer has no schema");
        long counted = rowGroups.Sum(group => (long)group.RowCount);
        if (counted != rowCount) throw new InvalidDataException($"the footer says {rowCount} rows, its row groups have {counted}");
        return new FileMetadata(schema, rowCount, [.. rowGroups], keyValues);
    }

    private static ParquetRowGroup ReadRowGroup(ref ThriftReader thrift, int index, ParquetSchema schema)
    {
        List<ColumnChunk> chunks = [];
        long rowCount = -1;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 1:
                    int count = thrift.BeginList(type, ThriftType.Struct);
                    if (count != schema.Leaves.Length)
                        throw new InvalidDataException($"row group {index} has {count} columns, the schema {schema.Leaves.Length}");
                    for (int i = 0; i < count; i++) chunks.Add(ColumnChunkReader.Read(ref thrift, schema.Leaves[i], schema.IsUnsigned[i]));
                    break;
                case 3:
                    rowCount = thrift.ReadInt64(type);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        if (rowCount is < 0 or > int.MaxValue) throw new InvalidDataException($"row group {index} claims {rowCount} rows");
        if (chunks.Count != schema.Leaves.Length) throw new InvalidDataException($"row group {index} has no columns");
        return new ParquetRowGroup((int)rowCount, [.. chunks]);
    }

    private static void ReadKeyValue(ref ThriftReader thrift, Dictionary<string, string> keyValues)
    {
        string? key = null;
        string value = "";
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id == 1) key = thrift.ReadString(type);
            else if (id == 2) value = thrift.ReadString(type);
            else thrift.Skip(type);
        }

        if (key is null) throw new InvalidDataException("key-value metadata without a key");
        keyValues[key] = value;
    }
}
