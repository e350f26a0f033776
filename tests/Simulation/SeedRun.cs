using Streaming.Tests.Simulation.Scheduling;
using Streaming.Tests.Simulation.Workers;

namespace Streaming.Tests.Simulation;

/// <summary>One seed from beginning to end: trouble, then calm until all is as it must be, then a drain, and again a look.</summary>
internal sealed class SeedRun
{
    /// <summary>In calm everything must come right within so long.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(10);

    /// <summary>And stay so.</summary>
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(30);

    private readonly World _world;
    private readonly Fleet _fleet;
    private bool _isOver;

    private SeedRun(int seed, TextWriter? trace)
    {
        _world = new World(new Plan(seed), trace);
        _fleet = new Fleet(_world);
    }

    /// <summary>Runs a seed on the calling thread.</summary>
    /// <param name="trace">Takes the history, line by line.</param>
    public static SeedResult Run(int seed, TextWriter? trace = null)
    {
        var run = new SeedRun(seed, trace);
        ViolationException? violation = null;
        ThreadPoolWatch.Watch(run._world.Scheduler);
        try
        {
            run.Run();
        }
        catch (ViolationException broken)
        {
            violation = broken;
        }
        finally
        {
            ThreadPoolWatch.Watch(null);
        }

        return new SeedResult(seed, violation, run._world.History.Hash, run._world.History.Lines);
    }

    private void Run()
    {
        _world.Stream.Create(_world.Plan.Shards);
        _world.Own.Start(_world.Source.RunAsync);
        _fleet.Start();
        _world.Own.Start(DirectAsync);
        _world.Scheduler.RunUntil(() => _isOver);
    }

    private async Task DirectAsync()
    {
        while (!_world.Source.IsDone) await WaitAsync(TimeSpan.FromSeconds(1));
        await WaitAsync(_world.Plan.CalmAfter);
        _world.History.Add("world", "is calm");
        _world.Faults.AreOver = true;
        _fleet.Calm();

        await RecoverAsync();
        _world.History.Add("world", "is as it must be");
        await WaitAsync(HoldTime);
        await RetireAsync(mustEndWell: true);
        if (_world.Watch.Difference() is { } last) throw new ViolationException("it did not stay right", last);
        _isOver = true;
    }

    private async Task RecoverAsync()
    {
        // What the stream has lost, the workers must stop at, and say so, and stay there until somebody decides.
        await WaitUntilAsync(() => _world.Watch.Difference() is null || _world.Retention.IsReported);
        if (_world.Retention.Stuck is not { } shard) return;
        await WaitAsync(HoldTime);
        await RetireAsync(mustEndWell: false);
        if (_world.Retention.Stuck is null) throw new ViolationException("a silent loss", $"{shard.Id} is gone on with");
        _world.History.Add("operator", $"goes on without {_world.Retention.Lost.Count} records of {shard.Id}");
        _world.Watch.Lose(_world.Retention.Lost);
        _fleet.Replace();
        await WaitUntilAsync(() => _world.Watch.Difference() is null);
        if (_world.Watch.Checkpoints.LossesOf(shard.Id) == 0) throw new ViolationException("a silent loss", $"{shard.Id} does not count it");
    }

    private async Task WaitUntilAsync(Func<bool> isRight)
    {
        TimeSpan limit = _world.Scheduler.Now + RecoveryLimit;
        while (!isRight() || !_world.Faults.IsAllCarriedOut)
        {
            if (_world.Scheduler.Now > limit) throw new ViolationException("no recovery", _world.Watch.Difference() ?? "calls are under way");
            await WaitAsync(TimeSpan.FromSeconds(2));
        }
    }

    private async Task RetireAsync(bool mustEndWell)
    {
        foreach (Worker worker in _fleet.Workers) worker.Retire(mustEndWell);
        await WaitAsync(_world.Plan.Options.DrainTimeout);
        if (_fleet.Workers.FirstOrDefault(worker => !worker.IsRetired) is { } stuck)
            throw new ViolationException("a drain failed", $"{stuck.Current?.Process.Name} does not end");
    }

    private Task WaitAsync(TimeSpan duration) => Task.Delay(duration, _world.Clock);
}

/// <param name="Violation">Null if every promise was kept.</param>
/// <param name="History">The same whenever the seed is run.</param>
/// <param name="Lines">Lines of the history.</param>
internal sealed record SeedResult(int Seed, ViolationException? Violation, ulong History, long Lines)
{
    /// <summary>What was broken, and the command that shows how.</summary>
    public override string ToString()
        => $"seed {Seed}: {Violation?.Kind}: {Violation?.Message}\n  again: dotnet run -c Release --project tests/Simulation -- --seed {Seed} --trace";
}
