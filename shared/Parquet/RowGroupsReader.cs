namespace Streaming.Shared.Parquet;

/// <summary>
/// Reads the row groups of the footer's thrift (parquet.thrift, <c>FileMetaData</c>): the library does not say where a chunk's pages are, and
/// they must be known to look at their headers before it does.
/// </summary>
internal static class RowGroupsReader
{
    /// <param name="rowCount">Of the file, by the library.</param>
    public static ParquetRowGroup[] Read(ReadOnlySpan<byte> footer, ParquetSchema schema, long rowCount)
    {
        ThriftReader thrift = new(footer);
        List<ParquetRowGroup> rowGroups = [];
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id != 4)
            {
                thrift.Skip(type);
                continue;
            }

            int groups = thrift.BeginList(type, ThriftType.Struct);
            for (int i = 0; i < groups; i++) rowGroups.Add(ReadRowGroup(ref thrift, i, schema));
        }

        long counted = rowGroups.Sum(group => (long)group.RowCount);
        if (counted != rowCount) throw new InvalidDataException($"the footer says {rowCount} rows, its row groups have {counted}");
        return [.. rowGroups];
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
                    for (int i = 0; i < count; i++) chunks.Add(ColumnChunk.Read(ref thrift, schema.Leaves[i], schema.IsUnsigned[i]));
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
}
