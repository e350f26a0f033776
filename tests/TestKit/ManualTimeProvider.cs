namespace Streaming.Tests.TestKit;

/// <summary>A clock that stands still until the test moves it; timers fire, in order, as it passes them.</summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<ManualTimer, long> _timers = new();
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_ticks);

    public void Advance(TimeSpan by)
    {
        long end = _ticks + by.Ticks;
        while (_timers.TryPeek(out ManualTimer? timer, out long due) && due <= end)
        {
            if (timer.Due == due) TryFireNext();
            else _timers.Dequeue();
        }

        _ticks = end;
    }

    /// <summary>Moves on from timer to timer until the task has ended, which must not wait for anything but timers.</summary>
    public async Task<T> RunAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            if (!TryFireNext()) throw new InvalidOperationException("The task waits for something that no timer brings.");
        }

        return await task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on to the next timer; false if there is none.</summary>
    public bool TryFireNext()
    {
        while (_timers.TryDequeue(out ManualTimer? timer, out long due))
        {
            // It was changed since it was queued for then.
            if (timer.Due != due) continue;
            _ticks = Math.Max(_ticks, due);
            timer.Fire();
            return true;
        }

        return false;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire) : ITimer
    {
        private TimeSpan _period;

        public long? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._ticks + dueTime.Ticks;
            if (Due is { } due) clock._timers.Enqueue(this, due);
            return true;
        }

        public void Fire()
        {
            Due = null;
            if (_period > TimeSpan.Zero) Change(_period, _period);
            fire();
        }

        public void Dispose() => Due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
