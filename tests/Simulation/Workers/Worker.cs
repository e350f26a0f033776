using Streaming.Consumer;
using Streaming.Tests.Simulation.Scheduling;

namespace Streaming.Tests.Simulation.Workers;

/// <summary>A place where a consumer runs under a service manager: whenever it ends it is started again, until it is retired.</summary>
internal sealed class Worker(string name, World world, DataLossReaction onLoss, Action<Worker, int> stepped)
{
    private readonly Random _random = world.Plan.RandomFor(name);
    private int _lives;
    private bool _isRetired;
    private bool _mustEndWell;

    /// <summary>Null between two lives.</summary>
    public Incarnation? Current { get; private set; }

    /// <summary>It ended after a drain, cleanly, and is not started again.</summary>
    public bool IsRetired => _isRetired && Current is null;

    public async Task RunAsync()
    {
        while (!_isRetired)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, world.Faults.AreOver ? 1000 : 8000)), world.Clock);
            if (!_isRetired) await LiveAsync();
        }
    }

    /// <summary>Ends the current life in an orderly way, and begins no other.</summary>
    /// <param name="mustEndWell">All is quiet: nothing may fail any more.</param>
    public void Retire(bool mustEndWell)
    {
        (_isRetired, _mustEndWell) = (true, mustEndWell && !_isRetired);
        Current?.Drain();
    }

    private async Task LiveAsync()
    {
        Incarnation life = new($"{name}.{++_lives}", world, onLoss, DrawClock(), (_, danger) => stepped(this, danger));
        Current = life;
        world.History.Add(life.Process.Name, "starts");
        life.Start();
        Exception? error = await life.Ended;
        world.History.Add(life.Process.Name, error is null ? "ended" : $"ended: {error.GetType().Name}: {error.Message}");
        Current = null;
        if (error is null && !life.IsDraining) throw new ViolationException("a worker ended", $"{life.Process.Name} was not told to");
        if (error is not null && !life.MayEndWith(error)) throw new ViolationException("an unexpected error", $"{life.Process.Name}: {error}");
        if (error is not null && _mustEndWell) throw new ViolationException("a drain failed", $"{life.Process.Name}: {error}");
    }

    private ClockFaults DrawClock()
        => new(_random.Next(2) == 0 ? 1000 : _random.Next(800, 1250), TimeSpan.FromSeconds(_random.Next(2) == 0 ? 0 : _random.Next(-7200, 7200)));
}
