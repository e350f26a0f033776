namespace Streaming.Tests.TestKit;

/// <summary>
/// Runs asynchronous code on the calling thread alone, and moves the clock to the next timer whenever nothing else is left to do:
/// hours in seconds, and the same run each time.
/// </summary>
public sealed class OneThread(ManualTimeProvider clock) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = [];

    /// <exception cref="InvalidOperationException">It waits for something that neither runs here nor is a timer.</exception>
    public void Run(Func<Task> work)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            Task task = work();
            while (!task.IsCompleted)
            {
                if (_posted.TryDequeue(out (SendOrPostCallback Callback, object? State) next)) next.Callback(next.State);
                else if (!clock.TryFireNext()) throw new InvalidOperationException("Nothing is left to do, and the work has not ended.");
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override SynchronizationContext CreateCopy() => this;
}
