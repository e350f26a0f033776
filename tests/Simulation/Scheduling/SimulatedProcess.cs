namespace Streaming.Tests.Simulation.Scheduling;

/// <summary>
/// One process: everything that is awaited in it comes back to it. Stopped, its continuations and timers are held back until it goes
/// on, as after SIGSTOP; dead, they are dropped for ever, as after SIGKILL: no <c>finally</c> runs.
/// </summary>
internal sealed class SimulatedProcess : SynchronizationContext
{
    private readonly Scheduler _scheduler;
    private readonly List<ReadyWork> _held = [];

    public SimulatedProcess(string name, Scheduler scheduler, ClockFaults clock)
    {
        (Name, _scheduler) = (name, scheduler);
        Clock = new ProcessClock(this, scheduler, clock);
    }

    public string Name { get; }

    public ProcessClock Clock { get; }

    public bool IsDead { get; private set; }

    public bool IsStopped { get; private set; }

    /// <summary>Starts a method in this process; its continuations belong to it. What it throws breaks a promise.</summary>
    public void Start(Func<Task> main) => Post(_ => _ = RunAsync(main), null);

    private async Task RunAsync(Func<Task> main)
    {
        try
        {
            await main();
        }
        catch (ViolationException violation)
        {
            _scheduler.Fail(violation);
        }
        catch (Exception error)
        {
            _scheduler.Fail(new ViolationException("an unexpected error", $"{Name}: {error}"));
        }
    }

    /// <param name="freezesClock">Its monotonic clock stands too, as that of a virtual machine that is moved; that of a stopped process goes on.</param>
    public void Stop(bool freezesClock)
    {
        if (IsDead || IsStopped) return;
        IsStopped = true;
        if (freezesClock) Clock.Freeze();
        _held.AddRange(_scheduler.TakeBack(this));
    }

    public void Continue()
    {
        if (IsDead || !IsStopped) return;
        IsStopped = false;
        Clock.Thaw();
        foreach (ReadyWork work in _held) _scheduler.Ready(work);
        _held.Clear();
    }

    public void Kill()
    {
        IsDead = true;
        _held.Clear();
        _scheduler.TakeBack(this);
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsDead || !_scheduler.IsOnThread()) return;
        var work = new ReadyWork(this, d, state);
        if (IsStopped) _held.Add(work);
        else _scheduler.Ready(work);
    }

    public override void Send(SendOrPostCallback d, object? state)
        => throw new ViolationException("left the thread", $"{Name} waits synchronously for another context:\n{Environment.StackTrace}");

    public override SynchronizationContext CreateCopy() => this;
}
