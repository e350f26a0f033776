namespace Streaming.Shared.Parquet;

/// <summary>What a leaf's values mean, from <c>LogicalType</c> or, in older files, <c>ConvertedType</c>.</summary>
internal readonly record struct LogicalAnnotation(
    LogicalKind Kind,
    int Precision = 0,
    int Scale = 0,
    bool IsAdjustedToUtc = false,
    bool IsUnsigned = false)
{
    /// <summary>True where the format allows the annotation on that physical type.</summary>
    public bool Fits(PhysicalType type) => Kind switch
    {
        LogicalKind.None or LogicalKind.Other => true,
        LogicalKind.Text => type is PhysicalType.ByteArray or PhysicalType.FixedLengthByteArray,
        LogicalKind.Date or LogicalKind.TimeMillis => type is PhysicalType.Int32,
        LogicalKind.Integer => type is PhysicalType.Int32 or PhysicalType.Int64,
        LogicalKind.Decimal => Precision > 0 && Scale >= 0 && Scale <= Precision
            && type is PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.ByteArray or PhysicalType.FixedLengthByteArray,
        _ => type is PhysicalType.Int64,
    };

    /// <summary>A timestamp of a converted type is an instant: local times came only with <c>LogicalType</c>.</summary>
    public static LogicalAnnotation FromConverted(int converted, int precision, int scale) => converted switch
    {
        0 or 4 => new(LogicalKind.Text),
        5 => new(LogicalKind.Decimal, precision, scale),
        6 => new(LogicalKind.Date),
        7 => new(LogicalKind.TimeMillis),
        8 => new(LogicalKind.TimeMicros),
        9 => new(LogicalKind.TimestampMillis, IsAdjustedToUtc: true),
        10 => new(LogicalKind.TimestampMicros, IsAdjustedToUtc: true),
        >= 11 and <= 14 => new(LogicalKind.Integer, IsUnsigned: true),
        >= 15 and <= 18 => new(LogicalKind.Integer),
        _ => new(LogicalKind.Other),
    };

    /// <summary>Reads the union <c>LogicalType</c>; null where it is empty.</summary>
    public static LogicalAnnotation? Read(ref ThriftReader thrift, ThriftType type)
    {
        ThriftReader.BeginStruct(type);
        LogicalAnnotation? annotation = null;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType member))
        {
            ThriftReader.BeginStruct(member);
            annotation = id switch
            {
                5 => ReadDecimal(ref thrift),
                7 => ReadTime(ref thrift),
                8 => ReadTimestamp(ref thrift),
                10 => ReadInteger(ref thrift),
                _ => SkipMember(ref thrift, id is 1 or 4 ? LogicalKind.Text : id == 6 ? LogicalKind.Date : LogicalKind.Other),
            };
        }

        return annotation;
    }

    private static LogicalAnnotation SkipMember(ref ThriftReader thrift, LogicalKind kind)
    {
        thrift.Skip(ThriftType.Struct);
        return new(kind);
    }

    private static LogicalAnnotation ReadDecimal(ref ThriftReader thrift)
    {
        int precision = 0, scale = 0, id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id == 1) scale = thrift.ReadInt32(type);
            else if (id == 2) precision = thrift.ReadInt32(type);
            else thrift.Skip(type);
        }

        return new(LogicalKind.Decimal, precision, scale);
    }

    private static LogicalAnnotation ReadInteger(ref ThriftReader thrift)
    {
        bool isSigned = true;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id == 2) isSigned = ThriftReader.ReadBool(type);
            else thrift.Skip(type);
        }

        return new(LogicalKind.Integer, IsUnsigned: !isSigned);
    }

    // The same fields as a timestamp's, and the units are in the same order.
    private static LogicalAnnotation ReadTime(ref ThriftReader thrift)
    {
        LogicalKind unit = ReadTimestamp(ref thrift).Kind;
        return new(unit == LogicalKind.Other ? unit : unit - LogicalKind.TimestampMillis + LogicalKind.TimeMillis);
    }

    private static LogicalAnnotation ReadTimestamp(ref ThriftReader thrift)
    {
        bool isAdjustedToUtc = false;
        LogicalKind kind = LogicalKind.Other;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            if (id == 1) isAdjustedToUtc = ThriftReader.ReadBool(type);
            else if (id == 2) kind = ReadTimeUnit(ref thrift, type);
            else thrift.Skip(type);
        }

        return new(kind, IsAdjustedToUtc: isAdjustedToUtc);
    }

    private static LogicalKind ReadTimeUnit(ref ThriftReader thrift, ThriftType type)
    {
        ThriftReader.BeginStruct(type);
        LogicalKind kind = LogicalKind.Other;
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType member))
        {
            kind = id switch
            {
                1 => LogicalKind.TimestampMillis,
                2 => LogicalKind.TimestampMicros,
                3 => LogicalKind.TimestampNanos,
                _ => LogicalKind.Other,
            };
            thrift.Skip(member);
        }

        return kind;
    }
}
