using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Network;
using Streaming.Tests.Simulation.Objects;

namespace Streaming.Tests.Simulation.Workers;

/// <summary>Who runs <c>consumer checkpoints reset --shard ID</c> now and then, while workers run: to the start, of any shard.</summary>
internal sealed class Operator(World world)
{
    private readonly Random _random = world.Plan.RandomFor("operator");
    private readonly StoreClient _store = new(
        world.Bucket, new Wire(world.Own, world.Scheduler, _ => { }), world.Faults, what => world.History.Add("operator", what));

    public async Task ResetAsync()
    {
        IReadOnlyList<Shard> shards = world.Stream.Listed;
        string shard = shards[_random.Next(shards.Count)].Id;
        var checkpoints = new CheckpointStore(_store, world.Stream.Description!, world.Plan.Options.AppName, new StoreRetry(world.Clock, _random));
        try
        {
            ResetOutcome outcome = await new CheckpointReset(checkpoints, shards, world.Clock).ResetAsync(shard, startAt: null, CancellationToken.None);
            world.History.Add("operator", $"resets {shard}: {outcome}");
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LostRaceException)
        {
            world.History.Add("operator", $"could not reset {shard}: {failure.Message}");
        }
    }
}
