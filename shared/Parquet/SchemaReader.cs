using ParquetSharp;
using ParquetSharp.Schema;

namespace Streaming.Shared.Parquet;

/// <summary>Describes the leaf columns of the library's schema. Those below a group are listed and marked as nested.</summary>
internal static class SchemaReader
{
    /// <summary>For the dotted paths of all nested leaves together: a long group name over many leaves must not multiply.</summary>
    private const int MaxPathChars = 4 << 20;

    public static ParquetSchema Read(SchemaDescriptor schema)
    {
        var leaves = new ParquetColumn[schema.NumColumns];
        bool[] isUnsigned = new bool[leaves.Length];
        var roots = new List<(string, ParquetColumn)>();
        int pathChars = 0;
        string? before = null;
        for (int i = 0; i < leaves.Length; i++)
        {
            ColumnDescriptor leaf = schema.Column(i);
            using Node root = schema.ColumnRoot(i);
            using ColumnPath path = leaf.Path;
            bool isNested = root is GroupNode;
            string name = isNested ? path.ToDotString() : leaf.Name;
            if (isNested && (pathChars += name.Length) > MaxPathChars) throw new InvalidDataException("the schema's nested names are too long");
            leaves[i] = ColumnOf(leaf, name, i, isNested, out isUnsigned[i]);
            // The leaves of a group follow each other; of two groups of one name the second is not told apart.
            if (!isNested || root.Name != before) roots.Add((root.Name, leaves[i]));
            before = isNested ? root.Name : null;
        }

        return new ParquetSchema(leaves, isUnsigned, [.. roots]);
    }

    private static ParquetColumn ColumnOf(ColumnDescriptor leaf, string name, int index, bool isNested, out bool isUnsigned)
    {
        var type = (PhysicalType)(int)leaf.PhysicalType;
        using LogicalType logical = leaf.LogicalType;
        isUnsigned = logical is IntLogicalType { IsSigned: false };
        (LogicalKind kind, bool isUtc) = KindOf(logical);
        // Nobody ever wrote INT96 for anything but the time of an event, and ColumnVector delivers it as UTC microseconds.
        if (type == PhysicalType.Int96) (kind, isUtc) = (LogicalKind.TimestampMicros, true);
        bool isDecimal = kind == LogicalKind.Decimal;
        return new ParquetColumn(
            name,
            index,
            type,
            kind,
            isDecimal ? leaf.TypePrecision : 0,
            isDecimal ? leaf.TypeScale : 0,
            type == PhysicalType.FixedLengthByteArray ? leaf.TypeLength : 0,
            isUtc,
            IsOptional: leaf.MaxDefinitionLevel > 0,
            IsNested: isNested || leaf.MaxRepetitionLevel > 0);
    }

    private static (LogicalKind Kind, bool IsUtc) KindOf(LogicalType logical) => logical switch
    {
        NoneLogicalType or NullLogicalType => (LogicalKind.None, false),
        StringLogicalType or EnumLogicalType => (LogicalKind.Text, false),
        DateLogicalType => (LogicalKind.Date, false),
        DecimalLogicalType => (LogicalKind.Decimal, false),
        IntLogicalType => (LogicalKind.Integer, false),
        TimestampLogicalType time => (UnitOf(time.TimeUnit, LogicalKind.TimestampMillis), time.IsAdjustedToUtc),
        TimeLogicalType time => (UnitOf(time.TimeUnit, LogicalKind.TimeMillis), time.IsAdjustedToUtc),
        _ => (LogicalKind.Other, false),
    };

    private static LogicalKind UnitOf(TimeUnit unit, LogicalKind millis) => unit switch
    {
        TimeUnit.Millis => millis,
        TimeUnit.Micros => millis + 1,
        TimeUnit.Nanos => millis + 2,
        _ => LogicalKind.Other,
    };
}
