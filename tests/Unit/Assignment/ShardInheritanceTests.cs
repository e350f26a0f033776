using Streaming.Consumer.Assignment;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Assignment;

public sealed class ShardInheritanceTests
{
    private static readonly ObjectOrigin Origin = new("stock_stream", "id-1", "avg-1min", "shardId-000000000002");

    // What arrived since the earlier of the two times may be trimmed: the later one would hide that.
    [Fact]
    public void ChildOfTwoParents_IsKnownToBeWholeAtTheEarlierOfTheirEnds()
    {
        Assert.Equal(10, First(lost: 0, Parent("shardId-000000000000", 10), Parent("shardId-000000000001", 20)).ReadToTipAt);
        Assert.Equal(10, First(lost: 0, Parent("shardId-000000000000", 20), Parent("shardId-000000000001", 10)).ReadToTipAt);
    }

    [Fact]
    public void ChildOfAParentThatWasNotReadToItsEnd_IsNotKnownToBeWhole()
        => Assert.Null(First(lost: 1, Parent("shardId-000000000000", 10), Parent("shardId-000000000001", 20)).ReadToTipAt);

    [Theory]
    [InlineData(10, 20)]
    [InlineData(20, 10)]
    public void ChildOfTwoParents_StartsAtTheEarlierStartAndAboveBothEpochs(long first, long second)
    {
        CheckpointPointer left = Parent("shardId-000000000000", 1), right = Parent("shardId-000000000001", 1);
        CheckpointPointer child = First(
            lost: 0,
            left with { StartAt = first, ShardTime = first, Lease = left.Lease with { Epoch = first } },
            right with { StartAt = second, ShardTime = second, Lease = right.Lease with { Epoch = second } });
        Assert.Equal((10, 20, 20), (child.StartAt, child.ShardTime, child.Lease.Epoch));
    }

    private static CheckpointPointer First(int lost, params CheckpointPointer[] parents)
    {
        var child = new Shard(Origin.Shard, [.. parents.Select(parent => parent.Shard)], 0, UInt128.MaxValue, IsClosed: false);
        return ShardInheritance.FirstPointer(child, Origin, parents, lost, startAt: null);
    }

    private static CheckpointPointer Parent(string id, long endedAt)
    {
        var shard = new Shard(id, [], 0, UInt128.MaxValue, IsClosed: true);
        return ShardInheritance.FirstPointer(shard, Origin with { Shard = id }, [], 0, startAt: null) with { IsEnded = true, WrittenAt = endedAt };
    }
}
