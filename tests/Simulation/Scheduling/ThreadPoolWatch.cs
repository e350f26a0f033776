using System.Diagnostics.Tracing;

namespace Streaming.Tests.Simulation.Scheduling;

/// <summary>
/// Sees who gives work to the thread pool while a seed runs on its thread. A continuation that goes there and comes back in time would
/// else be noticed only by chance.
/// </summary>
internal sealed class ThreadPoolWatch : EventListener
{
    private const EventKeywords ThreadPool = (EventKeywords)0x2;

    private static readonly ThreadPoolWatch Instance = new();

    [ThreadStatic]
    private static Scheduler? s_running;

    private ThreadPoolWatch()
    {
    }

    /// <summary>From now on the calling thread runs that seed; null for none.</summary>
    public static void Watch(Scheduler? seed)
    {
        GC.KeepAlive(Instance);
        s_running = seed;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Diagnostics.Eventing.FrameworkEventSource") EnableEvents(eventSource, EventLevel.Verbose, ThreadPool);
    }

    // On the thread that gives the work.
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
        => s_running?.Fail(new ViolationException("left the thread", $"work was given to the thread pool:\n{Environment.StackTrace}"));
}
