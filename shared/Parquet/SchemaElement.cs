namespace Streaming.Shared.Parquet;

/// <summary>One element of the schema (parquet.thrift, <c>SchemaElement</c>): a group, or a leaf with its type and annotation.</summary>
internal sealed class SchemaElement
{
    private const int Repeated = 2;

    private int _typeLength;
    private int _repetition;
    private int? _convertedType;
    private int _scale;
    private int _precision;
    private LogicalAnnotation? _logical;

    public string Name { get; private set; } = "";

    /// <summary>Null for a group.</summary>
    public PhysicalType? Type { get; private set; }

    public int ChildCount { get; private set; }

    public bool IsUnsigned => Annotation.IsUnsigned;

    private LogicalAnnotation Annotation
        => _logical ?? (_convertedType is { } converted ? LogicalAnnotation.FromConverted(converted, _precision, _scale) : default);

    public static SchemaElement Read(ref ThriftReader thrift)
    {
        SchemaElement element = new();
        int id = 0;
        bool isNamed = false;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 1: element.Type = CheckType(thrift.ReadInt32(type)); break;
                case 2: element._typeLength = thrift.ReadInt32(type); break;
                case 3: element._repetition = thrift.ReadInt32(type); break;
                case 4:
                    element.Name = thrift.ReadString(type);
                    isNamed = true;
                    break;
                case 5: element.ChildCount = thrift.ReadInt32(type); break;
                case 6: element._convertedType = thrift.ReadInt32(type); break;
                case 7: element._scale = thrift.ReadInt32(type); break;
                case 8: element._precision = thrift.ReadInt32(type); break;
                case 10: element._logical = LogicalAnnotation.Read(ref thrift, type); break;
                default: thrift.Skip(type); break;
            }
        }

        if (!isNamed) throw new InvalidDataException("the schema has an element without a name");
        if (element.ChildCount < 0) throw new InvalidDataException($"'{element.Name}' claims {element.ChildCount} children");
        if (element._repetition is < 0 or > Repeated)
            throw new InvalidDataException($"'{element.Name}' has repetition {element._repetition}, which the format does not have");
        return element;
    }

    public ParquetColumn ToColumn(string path, int index, bool isNested)
    {
        PhysicalType type = Type!.Value;
        if (type == PhysicalType.FixedLengthByteArray && _typeLength <= 0)
            throw new InvalidDataException($"column '{path}' is a fixed-length byte array of {_typeLength} bytes");
        LogicalAnnotation annotation = Annotation;

        // Nobody ever wrote INT96 for anything but the time of an event, and ColumnVector delivers it as UTC microseconds.
        if (type == PhysicalType.Int96) annotation = new(LogicalKind.TimestampMicros, IsAdjustedToUtc: true);
        else if (!annotation.Fits(type)) annotation = new(LogicalKind.Other);
        return new ParquetColumn(
            path,
            index,
            type,
            annotation.Kind,
            annotation.Precision,
            annotation.Scale,
            type == PhysicalType.FixedLengthByteArray ? _typeLength : 0,
            annotation.IsAdjustedToUtc,
            IsOptional: _repetition == 1,
            IsNested: isNested || _repetition == Repeated);
    }

    private static PhysicalType CheckType(int type)
        => type is >= 0 and <= (int)PhysicalType.FixedLengthByteArray
            ? (PhysicalType)type
            : throw new InvalidDataException($"the schema has a column of type {type}, which the format does not have");
}
