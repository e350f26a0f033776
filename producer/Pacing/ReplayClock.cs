namespace Streaming.Producer.Pacing;

/// <summary>
/// Owns when a tick is due: event time since the first tick, divided by the speed, and not faster than the rate. Does not change
/// event times.
/// </summary>
internal sealed class ReplayClock(double speed, double? maxRate, bool skipGaps, TimeProvider time)
{
    /// <summary>A longer pause without any tick (a night, a weekend) takes no time when gaps are skipped.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Daily bars alone leave one a second: at their event times' pace each would take a day.</summary>
    public const long DailyBarStepMicros = 1_000_000;

    /// <summary>How much of a missed rate may be caught up at once: enough for a timer's coarseness, too little for a burst.</summary>
    private static readonly TimeSpan CatchUp = TimeSpan.FromMilliseconds(100);

    private const double LongestDelayMicros = 1e17;

    private readonly long _start = time.GetTimestamp();
    private long? _lastMicros;
    private double _playedMicros;
    private TimeSpan _onSchedule;
    private TimeSpan _nextByRate;
    private TimeSpan _due;

    /// <summary>A dry run is not paced; daily bars follow <c>--rate</c> alone where it is given.</summary>
    public static ReplayClock Start(ProducerOptions options, bool isDaily, TimeProvider time)
    {
        bool isFree = options.DryRun || (isDaily && options.Rate is not null);
        return new ReplayClock(
            isFree ? double.PositiveInfinity : options.Speed, options.DryRun ? null : options.Rate, options.SkipGaps && !isDaily, time);
    }

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>How far the replay is behind its own schedule; at most speed there is none.</summary>
    public TimeSpan Lag => double.IsInfinity(speed) || Elapsed < _onSchedule ? TimeSpan.Zero : Elapsed - _onSchedule;

    /// <summary>Takes the next tick, whose event time is not before the last one's, and says whether it may leave now.</summary>
    public bool IsDue(long eventMicros)
    {
        long step = eventMicros - (_lastMicros ?? eventMicros);
        bool isSkipped = skipGaps && step > LongestPause.TotalMicroseconds;
        if (!isSkipped) _playedMicros += step;
        _lastMicros = eventMicros;
        if (!double.IsInfinity(speed)) _onSchedule = Bounded(_playedMicros / speed);

        _due = _onSchedule;
        if (maxRate is { } rate)
        {
            if (_nextByRate > _due) _due = _nextByRate;
            TimeSpan earliest = Elapsed - CatchUp;
            _nextByRate = (_due > earliest ? _due : earliest) + Bounded(1_000_000 / rate);
        }

        return _due == TimeSpan.Zero || Elapsed >= _due;
    }

    // However slow the replay is told to be, what is due stays far below the longest time span.
    private static TimeSpan Bounded(double micros) => TimeSpan.FromMicroseconds(Math.Min(micros, LongestDelayMicros));

    /// <summary>Waits until the tick last taken is due, or until <paramref name="limit"/> since the start.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        TimeSpan until = _due < limit ? _due : limit;
        while (until - Elapsed is var rest && rest > TimeSpan.Zero)
        {
            // Timers count in whole milliseconds; rounded down, the last one would be spent spinning.
            var whole = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(rest.TotalMilliseconds, 3_600_000)));
            await Task.Delay(whole, time, cancellation);
        }
    }
}
