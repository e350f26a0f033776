using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Assignment;

public sealed class MergedShardTests
{
    private static readonly string[] Parents = [InMemoryStream.ShardId(0), InMemoryStream.ShardId(1)];
    private static readonly string Child = InMemoryStream.ShardId(2);

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly List<ShardLease> _leases = [];

    // The windows of the parent that is still read may change: a child that inherits them too early loses ticks.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task MergedChild_StartsWhenBothParentsAreEnded(int endedFirst)
    {
        var stream = new InMemoryStream(shardCount: 2, recordsPerBatch: 10, _clock);
        var retry = new StoreRetry(_clock, new Random(1));
        var checkpoints = new CheckpointStore(new InMemoryObjectStore(), await stream.DescribeAsync(default), PipelineRun.Eager.AppName, retry);
        var assigner = new ShardAssigner(stream, checkpoints, PipelineRun.Eager, "worker", _clock, new Random(1), NullLogger.Instance);
        await stream.MergeShardsAsync(Parents[0], Parents[1], default);

        Assert.Equal(Parents, await TakeAsync(assigner));
        await EndAsync(assigner, Parents[endedFirst]);
        Assert.Empty(await TakeAsync(assigner));
        await EndAsync(assigner, Parents[1 - endedFirst]);
        Assert.Equal([Child], await TakeAsync(assigner));
        Assert.Equal(Parents, Assert.Single(_leases).Ancestors.Order());
    }

    // Nobody has read the other parent yet: it has no checkpoint.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task MergedChildOfAParentThatNobodyHasRead_Waits(int ended)
    {
        var stream = new InMemoryStream(shardCount: 2, recordsPerBatch: 10, _clock);
        var retry = new StoreRetry(_clock, new Random(1));
        var checkpoints = new CheckpointStore(new InMemoryObjectStore(), await stream.DescribeAsync(default), PipelineRun.Eager.AppName, retry);
        var assigner = new ShardAssigner(stream, checkpoints, PipelineRun.Eager, "worker", _clock, new Random(1), NullLogger.Instance);
        assigner.LeaveAlone(Parents[1 - ended]);
        await stream.MergeShardsAsync(Parents[0], Parents[1], default);

        Assert.Equal([Parents[ended]], await TakeAsync(assigner));
        await EndAsync(assigner, Parents[ended]);
        Assert.Empty(await TakeAsync(assigner));
    }

    private async Task<string[]> TakeAsync(ShardAssigner assigner)
    {
        IReadOnlyList<ShardLease> taken = await assigner.TakeAsync([.. _leases.Select(lease => lease.Shard)], (shard, failure) => Assert.Fail($"{shard}: {failure.Message}"), default);
        _leases.AddRange(taken);
        return [.. taken.Select(lease => lease.Shard).Order()];
    }

    private async Task EndAsync(ShardAssigner assigner, string shard)
    {
        ShardLease lease = _leases.Single(lease => lease.Shard == shard);
        _leases.Remove(lease);
        await lease.EndAsync(default);
        lease.Dispose();
        assigner.Ended(shard);
    }
}
