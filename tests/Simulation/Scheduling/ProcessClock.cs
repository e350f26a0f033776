namespace Streaming.Tests.Simulation.Scheduling;

/// <summary>How a process' clocks differ from true time.</summary>
/// <param name="RatePermille">1000 is true; 1010 is a clock that gains 1 %.</param>
/// <param name="Skew">What its wall clock is ahead.</param>
internal readonly record struct ClockFaults(int RatePermille, TimeSpan Skew)
{
    public static ClockFaults None => new(1000, TimeSpan.Zero);
}

/// <summary>The clocks of one process: a monotonic one with its own rate, a wall clock that may jump, and timers of the first.</summary>
internal sealed class ProcessClock(SimulatedProcess process, Scheduler scheduler, ClockFaults faults) : TimeProvider
{
    /// <summary>True time at the start of each seed.</summary>
    public static readonly DateTimeOffset Epoch = new(2024, 1, 2, 22, 0, 0, TimeSpan.Zero);

    private readonly TimeSpan _bootedAt = scheduler.Now;
    private TimeSpan _skew = faults.Skew;
    private TimeSpan _frozenFor;
    private TimeSpan? _frozenAt;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        scheduler.IsOnThread();
        TimeSpan lived = (_frozenAt ?? scheduler.Now) - _bootedAt - _frozenFor;
        return lived.Ticks * faults.RatePermille / 1000;
    }

    public override DateTimeOffset GetUtcNow() => Epoch + (scheduler.Now * (faults.RatePermille / 1000.0)) + _skew;

    /// <summary>The wall clock is set, as by a time service; the monotonic one does not notice.</summary>
    public void Jump(TimeSpan by) => _skew += by;

    public void Freeze() => _frozenAt ??= scheduler.Now;

    public void Thaw()
    {
        if (_frozenAt is { } since) _frozenFor += scheduler.Now - since;
        _frozenAt = null;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>True time at which this clock will show that timestamp, if it is not frozen until then.</summary>
    private TimeSpan TrueTimeOf(long timestamp)
    {
        long left = Math.Max(0, timestamp - GetTimestamp());
        return scheduler.Now + TimeSpan.FromTicks(((left * 1000) + faults.RatePermille - 1) / faults.RatePermille);
    }

    private sealed class Timer(ProcessClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _due;
        private TimeSpan _period;
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            (_version, _period) = (_version + 1, period);
            if (dueTime != Timeout.InfiniteTimeSpan) SetFor(clock.GetTimestamp() + dueTime.Ticks);
            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void SetFor(long timestamp)
        {
            _due = timestamp;
            int version = _version;
            clock.Schedule(clock.TrueTimeOf(timestamp), () => Ring(version));
        }

        private void Ring(int version)
        {
            if (version != _version || clock.IsDead) return;
            // In the process itself: if that is stopped, so is this.
            clock.Post(() => Fire(version));
        }

        private void Fire(int version)
        {
            if (version != _version) return;
            if (clock.GetTimestamp() < _due)
            {
                // The clock stood still in between.
                SetFor(_due);
                return;
            }

            if (_period > TimeSpan.Zero) SetFor(clock.GetTimestamp() + _period.Ticks);
            callback(state);
        }
    }

    private bool IsDead => process.IsDead;

    private void Schedule(TimeSpan at, Action ring) => scheduler.At(at, ring);

    private void Post(Action fire) => process.Post(_ => fire(), null);
}
