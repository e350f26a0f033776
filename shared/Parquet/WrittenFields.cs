using ParquetSharp;
using ParquetSharp.Schema;

namespace Streaming.Shared.Parquet;

/// <summary>Which fields can be written, and the library's schema of them.</summary>
internal static class WrittenFields
{
    /// <exception cref="ArgumentException">No fields, names that are empty or repeated, or a type that is not written.</exception>
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

    public static GroupNode SchemaOf(IReadOnlyList<ParquetField> fields)
    {
        Node[] nodes = [.. fields.Select(NodeOf)];
        try
        {
            return new GroupNode("schema", Repetition.Required, nodes);
        }
        finally
        {
            foreach (Node node in nodes) node.Dispose();
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

    private static PrimitiveNode NodeOf(ParquetField field)
    {
        using LogicalType logical = LogicalOf(field);
        return new PrimitiveNode(field.Name, field.IsOptional ? Repetition.Optional : Repetition.Required, logical, (ParquetSharp.PhysicalType)(int)field.Type);
    }

    // LogicalTypes.md says that writers must annotate local timestamps with the converted type too, though it means UTC: old readers
    // know nothing else. Whoever knows the logical type takes that, and sees a local timestamp.
    private static LogicalType LogicalOf(ParquetField field) => field.Logical switch
    {
        LogicalKind.TimestampMillis => LogicalType.Timestamp(false, TimeUnit.Millis, true),
        LogicalKind.TimestampMicros => LogicalType.Timestamp(false, TimeUnit.Micros, true),
        LogicalKind.TimestampNanos => LogicalType.Timestamp(false, TimeUnit.Nanos),
        LogicalKind.Date => LogicalType.Date(),
        LogicalKind.Text => LogicalType.String(),
        LogicalKind.Integer => LogicalType.Int(field.Type == PhysicalType.Int32 ? 32 : 64, isSigned: true),
        _ => LogicalType.None(),
    };
}
