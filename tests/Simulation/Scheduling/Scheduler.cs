namespace Streaming.Tests.Simulation.Scheduling;

/// <summary>
/// Owns: virtual time, and which of the things that could happen next does. One thread, no wait: while something is ready to run,
/// a seeded choice of it runs; when nothing is, time jumps to the next event. Does not own: what the events do.
/// </summary>
internal sealed class Scheduler(int seed)
{
    /// <summary>A seed needs some 100,000; beyond it something spins without letting time pass.</summary>
    private const long MaxSteps = 20_000_000;

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Action, (long Due, int Lot)> _events = new();
    private readonly List<ReadyWork> _ready = [];
    private int _thread = Environment.CurrentManagedThreadId;
    private ViolationException? _violation;
    private long _steps;

    /// <summary>True time since the start of the seed; the clocks of processes differ from it.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Something happens at a point of true time. Of things at the same time, chance takes the first.</summary>
    public void At(TimeSpan due, Action happens)
        => _events.Enqueue(happens, (Math.Max(due.Ticks, Now.Ticks), _random.Next()));

    public void After(TimeSpan delay, Action happens) => At(Now + delay, happens);

    /// <summary>Runs until the condition holds.</summary>
    /// <exception cref="ViolationException">It cannot come to hold, something left the one thread, or a promise was broken.</exception>
    public void RunUntil(Func<bool> isOver)
    {
        while (Volatile.Read(ref _violation) is null && !isOver())
        {
            if (++_steps > MaxSteps) throw new ViolationException("stuck", $"{MaxSteps} steps without an end: something spins");
            if (!Step()) throw new ViolationException("stuck", "nothing is left to do, and it is not over: a continuation was lost or left the thread");
        }

        if (_violation is { } violation) throw violation;
    }

    /// <summary>Ends the seed. For code whose exceptions somebody might catch.</summary>
    public void Fail(ViolationException violation) => Interlocked.CompareExchange(ref _violation, violation, null);

    /// <summary>The calling thread is the one from now on; for tests, whose methods move from thread to thread.</summary>
    public void Adopt() => _thread = Environment.CurrentManagedThreadId;

    /// <summary>
    /// To be called wherever code under simulation comes in. A continuation on another thread would run at a time of its own, and no
    /// seed could be repeated.
    /// </summary>
    public bool IsOnThread()
    {
        if (Environment.CurrentManagedThreadId == _thread) return true;
        Fail(new ViolationException("left the thread", "a continuation or timer ran on another thread:\n" + Environment.StackTrace));
        return false;
    }

    internal void Ready(ReadyWork work)
    {
        if (IsOnThread()) _ready.Add(work);
    }

    /// <summary>Takes back what a process has ready, because it stopped or died.</summary>
    internal List<ReadyWork> TakeBack(SimulatedProcess process)
    {
        List<ReadyWork> own = _ready.FindAll(work => work.Process == process);
        _ready.RemoveAll(work => work.Process == process);
        return own;
    }

    private bool Step()
    {
        if (_ready.Count == 0)
        {
            if (!_events.TryDequeue(out Action? happens, out (long Due, int Lot) place)) return false;
            Now = TimeSpan.FromTicks(place.Due);
            happens();
            return true;
        }

        int chosen = _random.Next(_ready.Count);
        ReadyWork work = _ready[chosen];
        _ready[chosen] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        work.Run();
        return true;
    }
}

/// <summary>A continuation or timer callback whose turn may come.</summary>
internal readonly record struct ReadyWork(SimulatedProcess Process, SendOrPostCallback Callback, object? State)
{
    public void Run()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Process);
        try
        {
            Callback(State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }
}
