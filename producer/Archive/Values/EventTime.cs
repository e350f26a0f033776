using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>Column values to event time, in UTC microseconds since 1970.</summary>
internal static class EventTime
{
    /// <summary>0001-01-01, the first that the record's ISO 8601 text can say.</summary>
    public const long MinMicros = -62_135_596_800_000_000;

    /// <summary>The end of the year 9999, likewise.</summary>
    public const long MaxMicros = 253_402_300_799_999_999;

    public const long MicrosPerSecond = 1_000_000;
    public const long MicrosPerDay = 86_400 * MicrosPerSecond;

    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => new(IsoTime.ToDateTime(micros));

    /// <param name="input">Zone of times without one.</param>
    /// <param name="latestMicros">Events after it are refused.</param>
    public static void Convert(
        ParquetColumn column, ColumnVector from, ZoneClock input, long latestMicros, Span<long> micros, Span<RowFault> faults)
    {
        if (TryCopy(column, from, input, latestMicros, micros)) return;
        ConvertEach(column, from, input, latestMicros, micros, faults);
    }

    /// <summary>The simple twin of <see cref="TryCopy"/>, for times of all forms and for what is wrong with them.</summary>
    internal static void ConvertEach(
        ParquetColumn column, ColumnVector from, ZoneClock input, long latestMicros, Span<long> micros, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            Moment moment = default;
            FaultKind kind = from.IsNull[row] ? FaultKind.Missing : Moment.Read(column, from, row, input, out moment);
            if (kind == FaultKind.None && moment.Form == MomentForm.Date) kind = FaultKind.NotATime;
            if (kind == FaultKind.None) kind = Judge(moment.UtcMicros, latestMicros);
            micros[row] = moment.UtcMicros;
            if (kind != FaultKind.None && faults[row].IsNone) faults[row] = new RowFault(TickField.Timestamp, kind, moment.Raw);
        }
    }

    public static FaultKind Judge(long micros, long latestMicros)
    {
        if (micros < MinMicros) return FaultKind.BeforeYearOne;
        return micros > latestMicros ? FaultKind.TooFarAhead : FaultKind.None;
    }

    // Microseconds, all of them there and none refused, are taken as they are.
    private static bool TryCopy(ParquetColumn column, ColumnVector from, ZoneClock input, long latestMicros, Span<long> micros)
    {
        if (column is not { Type: PhysicalType.Int64, Logical: LogicalKind.TimestampMicros } || from.HasNulls) return false;
        if (!ColumnTypes.IsInstant(column) && !input.IsUtc) return false;
        ReadOnlySpan<long> raw = from.Longs.AsSpan(0, from.Count);
        if (!ValueRange.Holds(raw, MinMicros, latestMicros)) return false;
        raw.CopyTo(micros);
        return true;
    }

    /// <summary>A raw integer of a column that states its unit, in microseconds; what 64 bits cannot hold becomes the end of their range.</summary>
    public static long FromRaw(ParquetColumn column, long raw) => column.Logical switch
    {
        LogicalKind.Date => Scale(raw, MicrosPerDay),
        LogicalKind.TimestampMillis or LogicalKind.TimeMillis => Scale(raw, 1000),
        LogicalKind.TimestampNanos or LogicalKind.TimeNanos => FloorDivide(raw, 1000),
        _ => raw,
    };

    public static long FloorDivide(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }

    private static long Scale(long value, long factor)
    {
        if (value > long.MaxValue / factor) return long.MaxValue;
        return value < long.MinValue / factor ? long.MinValue : value * factor;
    }
}
