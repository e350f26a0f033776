namespace Streaming.Tests.TestKit;

/// <summary>
/// One thread on which everything runs, with a clock that moves on only when nothing else can: waits cost no time, and the same
/// program runs the same way each time. What leaves the thread, such as network I/O, would be missed: then it says so.
/// </summary>
public sealed class VirtualThread(ManualTimeProvider clock) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();

    /// <summary>Runs until the task has ended, and throws what it threw.</summary>
    public static void Run(ManualTimeProvider clock, Func<Task> main)
    {
        SynchronizationContext? before = Current;
        var thread = new VirtualThread(clock);
        SetSynchronizationContext(thread);
        try
        {
            Task task = main();
            while (!task.IsCompleted) thread.Step();
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_posted) _posted.Enqueue((d, state));
    }

    private void Step()
    {
        bool isReady;
        (SendOrPostCallback Callback, object? State) next;
        lock (_posted) isReady = _posted.TryDequeue(out next);
        if (isReady) next.Callback(next.State);
        else if (!clock.TryFireNext()) throw new InvalidOperationException("Something is waited for that no timer brings.");
    }
}
