using Streaming.Producer.Archive.Values;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Pacing;

/// <summary>
/// Owns which event time a tick is sent with: its own; in a later pass of a loop, moved on by whole days; or, looking live,
/// moved to now by whole minutes, so that every minute keeps its ticks.
/// </summary>
/// <param name="startedAt">The now that the first tick is moved to: of a replay that is continued, when it was started.</param>
internal sealed class EventTimeShift(bool beginNow, bool skipGaps, DateTimeOffset startedAt, TimeProvider time)
{
    private const long MicrosPerMinute = 60_000_000;

    private long? _first;
    private long _last;
    private long _passShift;
    private long _liveShift;
    private long _latest = long.MinValue;

    /// <exception cref="ReplayException">The moved time lies more than a day ahead of now, where the consumer takes nothing.</exception>
    public void Apply(ref Tick tick)
    {
        long micros = tick.TimestampMicros + _passShift;
        if (beginNow)
        {
            if (_first is null) _liveShift = FloorToMinute(EventTime.Of(startedAt) - micros);
            // Skipped pauses take no time, so that event time would run ahead of the clock by their length.
            else if (skipGaps && micros - _last > ReplayClock.LongestPause.TotalMicroseconds) _liveShift -= FloorToMinute(micros - _last);
            tick.Date = null;
        }
        else if (_passShift != 0)
        {
            if (tick.Date is { } date) tick.Date = Later(date, _passShift / EventTime.MicrosPerDay);
        }

        _first ??= micros;
        _last = micros;
        tick.TimestampMicros = micros + _liveShift;
        if (_passShift != 0 || _liveShift != 0) CheckNotAhead(tick.TimestampMicros);
    }

    /// <summary>Begins a later pass, the first being 0: whole days later, so that it follows the last and keeps the time of day.</summary>
    public void BeginPass(long passes)
    {
        if (_first is not { } first) return;
        long span = _last - _passShift - first;
        _passShift = passes * ((span / EventTime.MicrosPerDay) + 1) * EventTime.MicrosPerDay;
    }

    private void CheckNotAhead(long micros)
    {
        if (micros <= _latest) return;
        _latest = EventTime.Of(time.GetUtcNow() + TickRules.MaxAhead);
        if (micros > _latest)
            throw new ReplayException("Event times have come to a day ahead of now, where the consumer takes no more. Replay fewer loops, or slower.");
    }

    private static DateOnly Later(DateOnly date, long days) => DateOnly.FromDayNumber((int)Math.Min(date.DayNumber + days, DateOnly.MaxValue.DayNumber));

    private static long FloorToMinute(long micros)
    {
        (long minutes, long rest) = Math.DivRem(micros, MicrosPerMinute);
        return (rest < 0 ? minutes - 1 : minutes) * MicrosPerMinute;
    }
}
