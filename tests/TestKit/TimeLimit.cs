namespace Streaming.Tests.TestKit;

/// <summary>Bounds what a test waits for: an event that never comes fails the test and does not hang the run.</summary>
/// <param name="awaited">What the test waits for, for the message.</param>
/// <param name="time">The clock that the test runs on; null for the system's.</param>
public sealed class TimeLimit(string awaited, TimeProvider? time = null)
{
    /// <summary>Milliseconds, for xUnit's <c>Timeout</c>. A busy machine needs a tenth of it.</summary>
    public const int Milliseconds = 60_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(Milliseconds);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly long _start = (time ?? TimeProvider.System).GetTimestamp();

    /// <exception cref="TimeoutException">The limit is over.</exception>
    public void Check()
    {
        if (_time.GetElapsedTime(_start) > Limit) throw new TimeoutException($"Waited {Limit.TotalSeconds:0} s in vain for {awaited}.");
    }

    /// <summary>Looks every millisecond until it is true.</summary>
    /// <exception cref="TimeoutException">It is not true within the limit.</exception>
    public static async Task UntilAsync(Func<bool> isTrue, string awaited)
    {
        var limit = new TimeLimit(awaited);
        while (!isTrue())
        {
            limit.Check();
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
