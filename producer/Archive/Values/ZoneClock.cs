using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>
/// The clock of a time zone: local to UTC time and back, in microseconds since 1970. An hour that the clocks repeat is taken the first
/// time; a time that they skip does not exist.
/// </summary>
/// <remarks>Not thread-safe: it remembers the quarter of an hour last asked for, in which the offset does not change.</remarks>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private const long QuarterMicros = 15L * 60 * EventTime.MicrosPerSecond;

    private long _localQuarter = long.MinValue;
    private long _utcQuarter = long.MinValue;
    private long _offsetOfLocal;
    private long _offsetOfUtc;
    private bool _isSkipped;

    /// <summary>Local and UTC time are the same.</summary>
    public bool IsUtc { get; } = zone.HasSameRules(TimeZoneInfo.Utc);

    public string Name => zone.Id;

    /// <returns>False for a time that the zone does not have.</returns>
    public bool TryToUtc(long localMicros, out long utcMicros)
    {
        utcMicros = localMicros;
        if (IsUtc || localMicros is < EventTime.MinMicros or > EventTime.MaxMicros) return true;
        long quarter = Quarter(localMicros);
        if (quarter != _localQuarter) FindOffset(quarter);
        utcMicros -= _offsetOfLocal;
        return !_isSkipped;
    }

    public long ToLocal(long utcMicros)
    {
        if (IsUtc || utcMicros is < EventTime.MinMicros or > EventTime.MaxMicros) return utcMicros;
        long quarter = Quarter(utcMicros);
        if (quarter != _utcQuarter)
        {
            _offsetOfUtc = Micros(zone.GetUtcOffset(IsoTime.ToDateTime(quarter * QuarterMicros)));
            _utcQuarter = quarter;
        }

        return utcMicros + _offsetOfUtc;
    }

    private void FindOffset(long quarter)
    {
        DateTime local = DateTime.SpecifyKind(IsoTime.ToDateTime(quarter * QuarterMicros), DateTimeKind.Unspecified);
        _isSkipped = zone.IsInvalidTime(local);
        // A repeated hour has two offsets; the larger one applies before the clocks go back.
        _offsetOfLocal = Micros(zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local));
        _localQuarter = quarter;
    }

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    private static long Quarter(long micros) => (micros - EventTime.MinMicros) / QuarterMicros + (EventTime.MinMicros / QuarterMicros);
}
