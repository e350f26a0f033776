using Streaming.Consumer;

namespace Streaming.Tests.Simulation.Workers;

/// <summary>Owns: the workers, and what befalls them and the services by chance. Does not own: the fate of single calls.</summary>
internal sealed class Fleet
{
    private readonly World _world;
    private readonly Plan _plan;
    private readonly Random _random;

    public Fleet(World world)
    {
        (_world, _plan, _random) = (world, world.Plan, world.Plan.RandomFor("fleet"));
        Workers = Create("w", DataLossReaction.Stop);
    }

    public IReadOnlyList<Worker> Workers { get; private set; }

    public void Start()
    {
        StartWorkers();
        StartChance(_plan.LifecycleEvery, () => Befall(Workers[_random.Next(Workers.Count)]));
        StartChance(_plan.StormsEvery, BeginStorm);
        StartChance(_plan.ClockJumpsEvery, JumpAClock);
        if (_plan.ResetsEvery is { } resets)
        {
            var owner = new Operator(_world);
            StartChance(resets, owner.ResetAsync);
        }

        if (_plan.TrimsEvery is { } trims) StartChance(trims, _world.Retention.TrimRead);
        if (_plan.LosesEvery is { } loses) StartChance(loses, _world.Retention.TrimUnread);
    }

    /// <summary>The faults are over: who was stopped goes on.</summary>
    public void Calm()
    {
        foreach (Worker worker in Workers) worker.Current?.Process.Continue();
    }

    /// <summary>The operator has decided: workers that go on after a loss, in place of those that stopped there.</summary>
    public void Replace()
    {
        Workers = Create("c", DataLossReaction.Continue);
        StartWorkers();
    }

    private Worker[] Create(string prefix, DataLossReaction onLoss)
        => [.. Enumerable.Range(0, _plan.Workers).Select(i => new Worker($"{prefix}{i}", _world, onLoss, MayBefall))];

    private void StartWorkers()
    {
        foreach (Worker worker in Workers) _world.Own.Start(worker.RunAsync);
    }

    private void StartChance(TimeSpan meanPause, Action happens) => StartChance(meanPause, () =>
    {
        happens();
        return Task.CompletedTask;
    });

    private void StartChance(TimeSpan meanPause, Func<Task> happens) => _world.Own.Start(async () =>
    {
        while (true)
        {
            await Task.Delay(meanPause * (_random.NextDouble() * 2), _world.Clock);
            if (_world.Faults.AreOver) return;
            await happens();
        }
    });

    /// <summary>At a step of a call: the worker may die or stop here.</summary>
    /// <param name="danger">How many times as often as usual.</param>
    private void MayBefall(Worker worker, int danger)
    {
        if (_world.Faults.AreOver) return;
        double draw = _random.NextDouble() / danger;
        if (draw < _plan.Crash) Kill(worker);
        else if (draw < _plan.Crash + _plan.Stop) Stop(worker);
    }

    private void Befall(Worker worker)
    {
        switch (_random.Next(3))
        {
            case 0:
                Kill(worker);
                break;
            case 1:
                Stop(worker);
                break;
            default:
                Log(worker, "is told to drain");
                worker.Current?.Drain();
                break;
        }
    }

    private void Kill(Worker worker)
    {
        if (worker.Current is not { } life) return;
        Log(worker, "is killed");

        // Not inside its own code, which would go on to its next await.
        _world.Scheduler.After(TimeSpan.Zero, life.Kill);
    }

    private void Stop(Worker worker)
    {
        if (worker.Current is not { Process.IsStopped: false } life) return;
        TimeSpan duration = TimeSpan.FromMilliseconds(_random.Next(500, 30_000));
        bool freezesClock = _random.Next(3) == 0;
        Log(worker, $"is stopped for {duration.TotalSeconds} s{(freezesClock ? ", its clock too" : "")}");
        life.Process.Stop(freezesClock);
        _world.Scheduler.After(duration, () =>
        {
            if (!life.Process.IsDead && life.Process.IsStopped) _world.History.Add(life.Process.Name, "goes on");
            life.Process.Continue();
        });
    }

    private void BeginStorm()
    {
        string? key = _random.Next(2) == 0 ? null : $"ticker=T{_random.Next(_plan.Tickers):D2}";
        TimeSpan duration = TimeSpan.FromSeconds(_random.Next(1, 25));
        _world.History.Add("store", $"refuses {key ?? "everything"} for {duration.TotalSeconds} s");
        _world.Faults.BeginStorm(duration, key);
    }

    private void JumpAClock()
    {
        var by = TimeSpan.FromSeconds(_random.Next(-3600, 3600));
        Worker worker = Workers[_random.Next(Workers.Count)];
        Log(worker, $"has its wall clock set by {by.TotalSeconds} s");
        worker.Current?.Process.Clock.Jump(by);
    }

    private void Log(Worker worker, string what)
    {
        if (worker.Current is { } life) _world.History.Add(life.Process.Name, what);
    }
}
