namespace Streaming.Tests.TestKit;

/// <summary>The real clock, a hundred times as fast: for what waits for real I/O too, so that no virtual clock can know when to move.</summary>
public sealed class FastTimeProvider(DateTimeOffset start) : TimeProvider
{
    private const int Factor = 100;

    private readonly long _startedAt = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => (System.GetTimestamp() - _startedAt) * Factor;

    public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(_startedAt) * Factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new FastTimer(System.CreateTimer(callback, state, Scaled(dueTime), Scaled(period)));

    private static TimeSpan Scaled(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Factor;

    private sealed class FastTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Scaled(dueTime), Scaled(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
