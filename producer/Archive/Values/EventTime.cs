using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>Column values to event time, in UTC microseconds since 1970. A time without a zone is taken as UTC.</summary>
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

    /// <param name="latestMicros">Events after it are refused.</param>
    public static void Convert(ParquetColumn column, ColumnVector from, long latestMicros, Span<long> micros, Span<RowFault> faults)
    {
        if (TryCopy(column, from, latestMicros, micros)) return;
        ConvertEach(column, from, latestMicros, micros, faults);
    }

    /// <summary>The simple twin of <see cref="TryCopy"/>, for times of all forms and for what is wrong with them.</summary>
    internal static void ConvertEach(ParquetColumn column, ColumnVector from, long latestMicros, Span<long> micros, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            FaultKind kind = from.IsNull[row] ? FaultKind.Missing : Read(column, from, row, out micros[row]);
            if (kind == FaultKind.None) kind = Judge(micros[row], latestMicros);
            if (kind != FaultKind.None && faults[row].IsNone) faults[row] = new RowFault(TickField.Timestamp, kind);
        }
    }

    // Microseconds, all of them there and none refused, are taken as they are.
    private static bool TryCopy(ParquetColumn column, ColumnVector from, long latestMicros, Span<long> micros)
    {
        if (column is not { Type: PhysicalType.Int64, Logical: LogicalKind.TimestampMicros } || from.HasNulls) return false;
        ReadOnlySpan<long> raw = from.Longs.AsSpan(0, from.Count);
        if (!ValueRange.Holds(raw, MinMicros, latestMicros)) return false;
        raw.CopyTo(micros);
        return true;
    }

    private static FaultKind Judge(long micros, long latestMicros)
    {
        if (micros < MinMicros) return FaultKind.BeforeYearOne;
        return micros > latestMicros ? FaultKind.TooFarAhead : FaultKind.None;
    }

    private static FaultKind Read(ParquetColumn column, ColumnVector from, int row, out long micros)
    {
        if (column.Type == PhysicalType.ByteArray) return TimeText.TryParse(from.Bytes(row), out micros) ? FaultKind.None : FaultKind.NotATime;
        micros = FromRaw(column, from.Longs[row]);
        return FaultKind.None;
    }

    /// <summary>A raw integer of the column, in microseconds; beyond the range of 64 bits it stays at the end of the range.</summary>
    public static long FromRaw(ParquetColumn column, long raw) => column switch
    {
        { Logical: LogicalKind.Date } => Scale(raw, MicrosPerDay),
        { Logical: LogicalKind.TimestampMillis } => Scale(raw, 1000),
        { Logical: LogicalKind.TimestampNanos } => FloorDivide(raw, 1000),
        { Logical: LogicalKind.TimestampMicros } or { Type: PhysicalType.Int96 } => raw,
        _ => FromEpoch(raw),
    };

    /// <summary>
    /// An integer of no stated unit: below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds. Seconds
    /// then reach to the year 5138, and the finer units begin in 1973.
    /// </summary>
    public static long FromEpoch(long value) => UnitOf(value) switch
    {
        EpochUnit.Seconds => value * MicrosPerSecond,
        EpochUnit.Millis => value * 1000,
        EpochUnit.Micros => value,
        _ => FloorDivide(value, 1000),
    };

    public static EpochUnit UnitOf(long value) => Math.Abs(Math.Max(value, -long.MaxValue)) switch
    {
        < 100_000_000_000 => EpochUnit.Seconds,
        < 100_000_000_000_000 => EpochUnit.Millis,
        < 100_000_000_000_000_000 => EpochUnit.Micros,
        _ => EpochUnit.Nanos,
    };

    private static long Scale(long value, long factor)
    {
        if (value > long.MaxValue / factor) return long.MaxValue;
        return value < long.MinValue / factor ? long.MinValue : value * factor;
    }

    private static long FloorDivide(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }
}

internal enum EpochUnit
{
    Seconds,
    Millis,
    Micros,
    Nanos,
}
