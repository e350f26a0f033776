using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Streams;

public sealed class ShardMapTests
{
    [Fact]
    public void AnyChangeOfTheShardCount_EndsWithEqualRangesInFewGenerations()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            var map = new ShardMap("stream", ShardMap.Create(random.Next(1, 20)));
            for (int step = 0; step < 6; step++)
            {
                int before = map.Shards.Count, count = random.Next(1, 40);
                if (random.Next(3) == 0) map.Split(map.Open[random.Next(map.Open.Count)].Id, null);
                else if (random.Next(2) == 0 && map.Open.Count > 1) map.Merge(map.Open[1].Id, map.Open[0].Id);
                else
                {
                    map.UpdateShardCount(count);
                    Assert.True(map.IsUniform(count), $"seed {seed}");
                    // log2 of 40 splits, and as many merges.
                    Assert.True(map.Open.Max(shard => Generations(map, shard, before)) <= 13, $"seed {seed}");
                    int after = map.Shards.Count;
                    map.UpdateShardCount(count);
                    Assert.Equal(after, map.Shards.Count);
                }

                AssertIsWhole(map, seed);
            }
        }
    }

    [Fact]
    public void TwoShardsToFour_TakesTwoSplitsAndBackTwoMerges()
    {
        var map = new ShardMap("stream", ShardMap.Create(2));
        map.UpdateShardCount(4);
        Assert.Equal(6, map.Shards.Count);
        map.UpdateShardCount(2);
        Assert.Equal(8, map.Shards.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(ShardMap.MaxShards + 1)]
    public void ImpossibleShardCount_IsRefused(int count)
        => Assert.Throws<ReshardRefusedException>(() => new ShardMap("stream", ShardMap.Create(2)).UpdateShardCount(count));

    [Fact]
    public void ShardsOfAllTimes_AreBounded()
    {
        var map = new ShardMap("stream", ShardMap.Create(ShardMap.MaxShards - 1));
        Assert.Contains("no more", Assert.Throws<ReshardRefusedException>(() => map.Split("shardId-000000000000", null)).Message, StringComparison.Ordinal);
    }

    private static int Generations(ShardMap map, Shard shard, int first)
        => map.Shards.ToList().IndexOf(shard) < first ? 0 : 1 + shard.ParentIds.Select(id => Generations(map, map.Shards.Single(parent => parent.Id == id), first)).DefaultIfEmpty(-1).Max();

    private static void AssertIsWhole(ShardMap map, int seed)
    {
        Assert.Equal(map.Shards.Select((_, i) => $"shardId-{i:D12}"), map.Shards.Select(shard => shard.Id));
        UInt128 next = UInt128.Zero;
        foreach (Shard shard in map.Open)
        {
            Assert.True(shard.StartHash == next, $"seed {seed}: {shard}");
            next = shard.EndHash + 1;
        }

        Assert.Equal(UInt128.Zero, next);
        foreach (Shard child in map.Shards.Where(shard => shard.ParentIds.Count > 0))
        {
            Shard[] parents = [.. child.ParentIds.Select(id => map.Shards.Single(shard => shard.Id == id))];
            Assert.All(parents, parent => Assert.True(parent.IsClosed && string.CompareOrdinal(parent.Id, child.Id) < 0));
            Assert.True(parents.Min(parent => parent.StartHash) <= child.StartHash && parents.Max(parent => parent.EndHash) >= child.EndHash, $"seed {seed}: {child}");
        }
    }
}
