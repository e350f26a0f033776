namespace Streaming.Shared.Ticks;

/// <summary>The trade date of an event that has none: its calendar date in the exchange's time zone.</summary>
/// <remarks>Not thread-safe: it remembers the offset of the quarter of an hour last asked for.</remarks>
public sealed class ExchangeCalendar(TimeZoneInfo zone)
{
    /// <summary>Offsets change, and are counted, in quarters of an hour.</summary>
    private const long QuarterMicros = 15L * 60 * 1_000_000;

    private const long DayMicros = 24L * 60 * 60 * 1_000_000;

    private long _quarter = long.MinValue;
    private long _offsetMicros;

    /// <param name="eventMicros">Event time: UTC microseconds since 1970, within the years 1 to 9999.</param>
    public DateOnly DateOf(long eventMicros)
    {
        long quarter = FloorDivide(eventMicros, QuarterMicros);
        if (quarter != _quarter)
        {
            DateTime start = DateTime.UnixEpoch.AddTicks(quarter * QuarterMicros * TimeSpan.TicksPerMicrosecond);
            _offsetMicros = zone.GetUtcOffset(start).Ticks / TimeSpan.TicksPerMicrosecond;
            _quarter = quarter;
        }

        long day = FloorDivide(eventMicros + _offsetMicros, DayMicros) + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        return DateOnly.FromDayNumber((int)Math.Clamp(day, 0, DateOnly.MaxValue.DayNumber));
    }

    private static long FloorDivide(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
