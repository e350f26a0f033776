namespace Streaming.Shared.Parquet.Writing;

/// <summary>The schema: which fields can be written, and their type annotations, in the new form and in the one before it.</summary>
internal static class SchemaWriter
{
    /// <exception cref="ArgumentException">No fields, names that are empty or repeated, or a type that this writer does not write.</exception>
    public static void Check(IReadOnlyList<ParquetField> fields)
    {
        if (fields.Count == 0) throw new ArgumentException("A Parquet file needs at least one field.", nameof(fields));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ParquetField field in fields)
        {
            if (field.Name.Length == 0) throw new ArgumentException("A Parquet field needs a name.", nameof(fields));
            if (!names.Add(field.Name)) throw new ArgumentException($"Two Parquet fields have the name {field.Name}.", nameof(fields));
            if (!CanWrite(field)) throw new ArgumentException($"Field {field.Name}: {field.Type} with {field.Logical} cannot be written.", nameof(fields));
        }
    }

    /// <summary>Field 2 of FileMetaData: the root, then the leaves.</summary>
    public static void Append(ThriftWriter file, IReadOnlyList<ParquetField> fields)
    {
        file.BeginStructList(2, fields.Count + 1);
        file.BeginStructItem();
        file.Text(4, "schema");
        file.Int32(5, fields.Count);
        file.EndStruct();
        foreach (ParquetField field in fields)
        {
            file.BeginStructItem();
            file.Int32(1, (int)field.Type);
            file.Int32(3, field.IsOptional ? 1 : 0);
            file.Text(4, field.Name);
            if (ConvertedType(field) is { } converted) file.Int32(6, converted);
            AppendLogicalType(file, field);
            file.EndStruct();
        }
    }

    private static bool CanWrite(ParquetField field) => (field.Type, field.Logical) switch
    {
        (PhysicalType.Boolean or PhysicalType.Double, LogicalKind.None) => true,
        (PhysicalType.Int32, LogicalKind.None or LogicalKind.Integer or LogicalKind.Date) => true,
        (PhysicalType.Int64, LogicalKind.None or LogicalKind.Integer) => true,
        (PhysicalType.Int64, LogicalKind.TimestampMillis or LogicalKind.TimestampMicros or LogicalKind.TimestampNanos) => true,
        (PhysicalType.ByteArray, LogicalKind.None or LogicalKind.Text) => true,
        _ => false,
    };

    // LogicalTypes.md says that writers must annotate local timestamps with the converted type too, though it means UTC: old readers
    // know nothing else. Whoever knows the logical type takes that, and sees a local timestamp.
    private static int? ConvertedType(ParquetField field) => field.Logical switch
    {
        LogicalKind.Text => 0,
        LogicalKind.Date => 6,
        LogicalKind.TimestampMillis => 9,
        LogicalKind.TimestampMicros => 10,
        LogicalKind.Integer => field.Type == PhysicalType.Int32 ? 17 : 18,
        _ => null,
    };

    private static void AppendLogicalType(ThriftWriter file, ParquetField field)
    {
        if (field.Logical == LogicalKind.None) return;
        file.BeginStruct(10);
        switch (field.Logical)
        {
            case LogicalKind.Text:
                file.EmptyStruct(1);
                break;
            case LogicalKind.Date:
                file.EmptyStruct(6);
                break;
            case LogicalKind.Integer:
                file.BeginStruct(10);
                file.Byte(1, field.Type == PhysicalType.Int32 ? (byte)32 : (byte)64);
                file.Bool(2, true);
                file.EndStruct();
                break;
            default:
                file.BeginStruct(8);
                file.Bool(1, false);
                file.BeginStruct(2);
                file.EmptyStruct(field.Logical - LogicalKind.TimestampMillis + 1);
                file.EndStruct();
                file.EndStruct();
                break;
        }

        file.EndStruct();
    }
}
