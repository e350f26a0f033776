using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Which Parquet types can be which field, and their names in messages.</summary>
internal static class ColumnTypes
{
    /// <summary>Digits that 128 bits hold.</summary>
    private const int MaxDecimalPrecision = 38;

    /// <summary>Why the column cannot be the field, or null if it can.</summary>
    public static string? Unusable(TickField field, ParquetColumn column) => field switch
    {
        _ when column.IsNested => "nested columns cannot be read.",
        TickField.Ticker => IsText(column) ? null : "a ticker must be text.",
        TickField.Timestamp when column.Logical == LogicalKind.Date => "it holds no time of day.",
        TickField.Timestamp when IsTimeOfDay(column) => "it holds times of day, and there is no date for them.",
        TickField.Timestamp => IsTime(column) ? null : "a time must be a TIMESTAMP, an epoch or text.",
        TickField.Date when column.Logical == LogicalKind.Date => null,
        TickField.Date => IsTime(column) ? null : "a date must be a DATE, a TIMESTAMP, yyyymmdd or text.",
        _ => IsText(column) || IsPlainInteger(column) || IsFloating(column) || IsDecimal(column) ? null : "it must be a number.",
    };

    /// <summary>It can say a day and a time of day.</summary>
    public static bool IsTime(ParquetColumn column)
        => IsText(column) || IsTimestamp(column) || IsPlainInteger(column) || column.Type == PhysicalType.Double || IsDecimal(column);

    /// <summary>TIME.</summary>
    public static bool IsTimeOfDay(ParquetColumn column)
        => column.Logical is LogicalKind.TimeMillis or LogicalKind.TimeMicros or LogicalKind.TimeNanos;

    /// <summary>A timestamp that is defined as UTC.</summary>
    public static bool IsInstant(ParquetColumn column)
        => IsTimestamp(column) && (column.IsAdjustedToUtc || column.Type == PhysicalType.Int96);

    public static bool IsText(ParquetColumn column) => column is { Type: PhysicalType.ByteArray, Logical: LogicalKind.Text or LogicalKind.None };

    public static bool IsFloating(ParquetColumn column) => column.Type is PhysicalType.Float or PhysicalType.Double;

    public static bool IsDecimal(ParquetColumn column) => column is { Logical: LogicalKind.Decimal, Precision: <= MaxDecimalPrecision };

    /// <summary>An integer that the file does not annotate as something else.</summary>
    public static bool IsPlainInteger(ParquetColumn column)
        => column is { Type: PhysicalType.Int32 or PhysicalType.Int64, Logical: LogicalKind.None or LogicalKind.Integer };

    public static bool IsTimestamp(ParquetColumn column)
        => column.Type == PhysicalType.Int96
            || column.Logical is LogicalKind.TimestampMillis or LogicalKind.TimestampMicros or LogicalKind.TimestampNanos;

    public static string Describe(ParquetColumn column)
    {
        string zone = column.IsAdjustedToUtc ? ", UTC" : "";
        return column.Logical switch
        {
            _ when column.IsNested => "nested",
            LogicalKind.Text => "text",
            LogicalKind.Date => "DATE",
            LogicalKind.TimestampMillis => $"TIMESTAMP(MILLIS{zone})",
            LogicalKind.TimestampMicros => $"TIMESTAMP(MICROS{zone})",
            LogicalKind.TimestampNanos => $"TIMESTAMP(NANOS{zone})",
            LogicalKind.TimeMillis => "TIME(MILLIS)",
            LogicalKind.TimeMicros => "TIME(MICROS)",
            LogicalKind.TimeNanos => "TIME(NANOS)",
            LogicalKind.Decimal => $"DECIMAL({column.Precision},{column.Scale})",
            _ => column.Type switch
            {
                PhysicalType.Boolean => "BOOLEAN",
                PhysicalType.Int32 => "INT32",
                PhysicalType.Int64 => "INT64",
                PhysicalType.Int96 => "INT96",
                PhysicalType.Float => "FLOAT",
                PhysicalType.Double => "DOUBLE",
                PhysicalType.ByteArray => "BYTE_ARRAY",
                _ => "FIXED_LEN_BYTE_ARRAY",
            },
        };
    }
}
