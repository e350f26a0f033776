using Streaming.Tests.Simulation;
using Streaming.Tests.Simulation.Network;
using Streaming.Tests.Simulation.Scheduling;

namespace Streaming.Tests.Unit.Simulation;

public sealed class SchedulerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Scheduler _scheduler = new(seed: 1);
    private readonly List<string> _log = [];

    [Fact]
    public void StoppedProcess_GoesOnWhereItWas()
    {
        SimulatedProcess process = Counting(ClockFaults.None);
        RunTo(2.5);
        process.Stop(freezesClock: false);
        RunTo(9.5);
        Assert.Equal(["1", "2"], _log);
        process.Continue();
        RunTo(9.6);
        Assert.Equal(["1", "2", "3"], _log);
        Assert.Equal(TimeSpan.FromSeconds(9.6).Ticks, process.Clock.GetTimestamp());
    }

    // The timer of 3 s has half a second left when the clock stops, and has it still when the clock goes on.
    [Fact]
    public void FrozenClock_StandsStillWithItsTimers()
    {
        SimulatedProcess process = Counting(ClockFaults.None);
        RunTo(2.5);
        process.Stop(freezesClock: true);
        RunTo(9.5);
        process.Continue();
        RunTo(9.9);
        Assert.Equal(["1", "2"], _log);
        Assert.Equal(TimeSpan.FromSeconds(2.9).Ticks, process.Clock.GetTimestamp());
        RunTo(10.1);
        Assert.Equal(["1", "2", "3"], _log);
    }

    [Fact]
    public void KilledProcess_DoesNothingMoreNotEvenFinally()
    {
        var process = new SimulatedProcess("p", _scheduler, ClockFaults.None);
        process.Start(async () =>
        {
            try
            {
                await Task.Delay(Second, process.Clock);
                _log.Add("after");
            }
            finally
            {
                _log.Add("finally");
            }
        });
        RunTo(0.5);
        process.Kill();
        RunTo(5);
        Assert.Empty(_log);
    }

    [Fact]
    public void FastClock_RingsEarlyAndShowsMore()
    {
        SimulatedProcess process = Counting(new ClockFaults(1250, TimeSpan.FromHours(1)));
        RunTo(4.1);
        Assert.Equal(5, _log.Count);
        Assert.Equal(ProcessClock.Epoch + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(4.1 * 1.25), process.Clock.GetUtcNow());
        process.Clock.Jump(TimeSpan.FromHours(-2));
        Assert.True(process.Clock.GetUtcNow() < ProcessClock.Epoch);
        Assert.Equal(TimeSpan.FromSeconds(4.1 * 1.25).Ticks, process.Clock.GetTimestamp());
    }

    [Fact]
    public void CallOfADeadProcess_IsCarriedOutOnlyIfItWasUnderWay()
    {
        foreach (bool isUnderWay in (bool[])[true, false])
        {
            var process = new SimulatedProcess("p", _scheduler, ClockFaults.None);
            var wire = new Wire(process, _scheduler, _ => { });
            process.Start(async () =>
            {
                await wire.CallAsync(new Fate(Second, 2 * Second, null, isUnderWay), () => Note($"carried out {isUnderWay}"), _ => new IOException(), default);
                _log.Add("answered");
            });
            _scheduler.After(Second / 2, process.Kill);
            RunTo((_scheduler.Now + (5 * Second)).TotalSeconds);
        }

        Assert.Equal(["carried out True"], _log);
    }

    [Fact]
    public void WorkOnTheThreadPool_IsFound()
    {
        var process = new SimulatedProcess("p", _scheduler, ClockFaults.None);
        ThreadPoolWatch.Watch(_scheduler);
        try
        {
            // A pool that is already busy notices a new listener when one of its threads begins anew: so more than once, each time after it has run something.
            ViolationException? violation = null;
            for (int second = 1; violation is null && second <= 1_000; second++)
            {
                process.Start(HopAsync);
                violation = Record.Exception(() => RunTo(second)) as ViolationException;
                if (violation is null) LetThePoolRun(_scheduler);
            }

            Assert.Equal("left the thread", violation?.Kind);
        }
        finally
        {
            ThreadPoolWatch.Watch(null);
        }

        static void LetThePoolRun(Scheduler watched)
        {
            ThreadPoolWatch.Watch(null);
            using var ran = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(_ => ran.Set(), null);
            ran.Wait();
            ThreadPoolWatch.Watch(watched);
        }

        static async Task HopAsync()
        {
            using var stop = new CancellationTokenSource();
            using CancellationTokenRegistration registration = stop.Token.Register(() => { });
#pragma warning disable RS0030 // Banned for exactly this.
            await stop.CancelAsync();
#pragma warning restore RS0030
        }
    }

    [Fact]
    public void ContinuationOnAnotherThread_IsFound()
    {
        var process = new SimulatedProcess("p", _scheduler, ClockFaults.None);
        var elsewhere = new Thread(() => process.Post(_ => _log.Add("ran"), null));
        elsewhere.Start();
        elsewhere.Join();
        ViolationException violation = Assert.Throws<ViolationException>(() => RunTo(1));
        Assert.Equal("left the thread", violation.Kind);
        Assert.Empty(_log);
    }

    [Fact]
    public void NothingLeftToDo_IsAnError()
    {
        ViolationException violation = Assert.Throws<ViolationException>(() => _scheduler.RunUntil(() => false));
        Assert.Equal("stuck", violation.Kind);
    }

    /// <summary>A process that notes each of its seconds.</summary>
    private SimulatedProcess Counting(ClockFaults clock)
    {
        var process = new SimulatedProcess("p", _scheduler, clock);
        process.Start(async () =>
        {
            for (int i = 1; ; i++)
            {
                await Task.Delay(Second, process.Clock);
                _log.Add($"{i}");
            }
        });
        return process;
    }

    private bool Note(string what)
    {
        _log.Add(what);
        return true;
    }

    private void RunTo(double seconds)
    {
        bool isOver = false;
        _scheduler.At(TimeSpan.FromSeconds(seconds), () => isOver = true);
        _scheduler.RunUntil(() => isOver);
    }
}
