using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Values;

/// <summary>In what form a column says a time.</summary>
internal enum MomentForm
{
    /// <summary>With an offset, or defined as UTC.</summary>
    Instant,

    /// <summary>Without a zone: in the input's.</summary>
    Local,

    /// <summary>A number of no stated unit.</summary>
    Epoch,

    /// <summary>A date alone.</summary>
    Date,
}

/// <summary>A time as a column says it.</summary>
/// <param name="WrittenMicros">What a clock in the written offset or in the input's zone shows, in microseconds since 1970.</param>
/// <param name="UtcMicros">UTC microseconds since 1970; of a date its midnight.</param>
/// <param name="Raw">Whole number of an epoch, for messages.</param>
internal readonly record struct Moment(long WrittenMicros, long UtcMicros, MomentForm Form, long Raw = 0)
{
    public static Moment OfDate(long midnightMicros) => new(midnightMicros, midnightMicros, MomentForm.Date);

    public static FaultKind OfLocal(long writtenMicros, ZoneClock input, out Moment moment)
    {
        bool exists = input.TryToUtc(writtenMicros, out long utc);
        moment = new Moment(writtenMicros, utc, MomentForm.Local);
        return exists ? FaultKind.None : FaultKind.SkippedByClocks;
    }

    /// <summary>The value of a row, which is not null.</summary>
    /// <param name="input">Zone of times without one.</param>
    public static FaultKind Read(ParquetColumn column, ColumnVector from, int row, ZoneClock input, out Moment moment)
    {
        switch (column)
        {
            case { Type: PhysicalType.ByteArray, Logical: not LogicalKind.Decimal }:
                return TimeText.Read(from.Bytes(row), input, out moment);
            case { Type: PhysicalType.Double }:
                return double.IsNaN(from.Doubles[row]) ? Missing(out moment) : Epoch.Read(from.Doubles[row], input, out moment);
            case { Logical: LogicalKind.Decimal }:
                return Epoch.Read(Number.Unscaled(column, from, row), column.Scale, input, out moment);
            default:
                return OfRaw(column, from.Longs[row], input, out moment);
        }
    }

    /// <summary>A value of a column whose values are integers, as statistics have it too.</summary>
    public static FaultKind OfRaw(ParquetColumn column, long raw, ZoneClock input, out Moment moment)
    {
        if (ColumnTypes.IsPlainInteger(column)) return Epoch.Read(raw, 0, input, out moment);
        long micros = EventTime.FromRaw(column, raw);
        if (ColumnTypes.IsTimestamp(column) && !ColumnTypes.IsInstant(column)) return OfLocal(micros, input, out moment);
        moment = new Moment(micros, micros, column.Logical == LogicalKind.Date ? MomentForm.Date : MomentForm.Instant);
        return FaultKind.None;
    }

    private static FaultKind Missing(out Moment moment)
    {
        moment = default;
        return FaultKind.Missing;
    }
}
