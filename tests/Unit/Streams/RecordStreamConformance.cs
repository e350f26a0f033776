using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Streams;

/// <summary>What every implementation of the stream seam owes its users. Sequence numbers may be anything that grows.</summary>
public abstract class RecordStreamConformance : ReshardConformance
{
    [Fact]
    public async Task StreamThatIsNotThere_IsNotFound()
    {
        await using IManagedStream stream = Open("none");
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.DescribeAsync(default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.ListShardsAsync(default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.PutAsync(StreamDriver.Batch(("A", "1")), default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.OpenReaderAsync("shardId-000000000000", StreamPosition.Latest, default));
        Assert.False(await stream.DeleteAsync(default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.SplitShardAsync(First, null, default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.MergeShardsAsync(First, Second, default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.UpdateShardCountAsync(3, default));
    }

    [Fact]
    public async Task Create_IsDoneOnce()
    {
        await using IManagedStream stream = Open("once");
        Assert.True(await stream.CreateAsync(3, default));
        StreamDescription first = await stream.DescribeAsync(default);
        Assert.False(await stream.CreateAsync(5, default));
        Assert.Equal(first, await stream.DescribeAsync(default));
        Assert.Equal("once", first.Name);
    }

    [Fact]
    public async Task CreatedShards_HaveKinesisNamesAndRanges()
    {
        await using IManagedStream stream = Open("shards");
        await stream.CreateAsync(7, default);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"shardId-{i:D12}"), shards.Select(s => s.Id));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => HashKey.Range(i, 7)), shards.Select(s => (s.StartHash, s.EndHash)));
        Assert.All(shards, s => Assert.True(s.ParentIds.Count == 0 && !s.IsClosed));
    }

    [Fact]
    public async Task DeletedAndCreatedAgain_HasAnotherCreationIdAndNoRecords()
    {
        await using IManagedStream stream = Open("again");
        await stream.CreateAsync(1, default);
        string id = (await stream.DescribeAsync(default)).CreationId;
        await stream.PutAsync(("A", "old"));
        Assert.True(await stream.DeleteAsync(default));
        await Assert.ThrowsAsync<StreamNotFoundException>(() => stream.DescribeAsync(default));
        await stream.CreateAsync(1, default);
        Assert.NotEqual(id, (await stream.DescribeAsync(default)).CreationId);
        await stream.PutAsync(("A", "new"));
        Assert.Equal(["new"], (await stream.ReadAllAsync("shardId-000000000000")).Texts());
    }

    [Fact]
    public async Task Record_GoesToTheShardOfItsKeysMd5InOrder()
    {
        await using IManagedStream stream = Open("md5");
        await stream.CreateAsync(4, default);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        string[] keys = ["AAPL", "MSFT", "GOOG", "AMZN", "Ünïcødé", "X", "TSLA", "NVDA"];
        for (int round = 0; round < 5; round++)
            await stream.PutAsync([.. keys.Select(key => (key, $"{key} {round}"))]);

        foreach (Shard shard in shards)
        {
            List<Seen> seen = await stream.ReadAllAsync(shard.Id);
            string[] expected = [.. Enumerable.Range(0, 5).SelectMany(round => keys.Where(key => shards.ShardOf(key) == shard).Select(key => $"{key} {round}"))];
            Assert.Equal(expected, seen.Texts());
            Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.First.Position < pair.Second.Position && pair.First.ArrivalMicros <= pair.Second.ArrivalMicros));
        }
    }

    [Fact]
    public async Task EveryPosition_BeginsWhereItSays()
    {
        await using IManagedStream stream = Open("positions");
        await stream.CreateAsync(1, default);
        const string shard = "shardId-000000000000";
        await using IShardReader latestOfEmpty = await stream.OpenReaderAsync(shard, StreamPosition.Latest, default);
        await stream.PutAsync(("A", "1"), ("A", "2"), ("A", "3"));
        await using IShardReader latest = await stream.OpenReaderAsync(shard, StreamPosition.Latest, default);
        await stream.PutAsync(("A", "4"), ("A", "5"));

        List<Seen> all = await stream.ReadAllAsync(shard);
        Assert.Equal(["1", "2", "3", "4", "5"], all.Texts());
        Assert.Equal(["1", "2", "3", "4", "5"], (await latestOfEmpty.ReadToTipAsync()).Texts());
        Assert.Equal(["4", "5"], (await latest.ReadToTipAsync()).Texts());
        for (int i = 0; i < all.Count; i++)
        {
            var after = StreamPosition.After(all[i].Position);
            Assert.Equal(all.Skip(i + 1), await stream.ReadAllAsync(shard, after));
            var at = StreamPosition.At(DateTimeOffset.UnixEpoch.AddMicroseconds(all[i].ArrivalMicros));
            Assert.Equal(all.Where(r => r.ArrivalMicros >= all[i].ArrivalMicros), await stream.ReadAllAsync(shard, at));
        }
    }

    [Fact]
    public async Task MillisBehindLatest_IsZeroAtTheTipAndNowhereElse()
    {
        await using IManagedStream stream = Open("behind");
        await stream.CreateAsync(1, default);
        PutBatch batch = StreamDriver.Batch([.. Enumerable.Range(0, 500).Select(i => ("A", i.ToString()))]);
        for (int i = 0; i < 25; i++) await stream.PutAsync(batch, default);
        await using IShardReader reader = await stream.OpenReaderAsync("shardId-000000000000", StreamPosition.TrimHorizon, default);
        int records = 0;
        for (var limit = new TimeLimit("12,500 records"); records < 12_500; limit.Check())
        {
            RecordBatch read = await reader.ReadAsync(default);
            records += read.Count;
            Assert.Equal(records < 12_500, read.MillisBehindLatest > 0);
        }

        RecordBatch tip = await reader.ReadAsync(default);
        Assert.Equal((0, 0L, false), (tip.Count, tip.MillisBehindLatest, tip.IsEndOfShard));
    }

    [Fact]
    public async Task LargestRecordAndEmptyData_ComeBackAsTheyWere()
    {
        await using IManagedStream stream = Open("sizes");
        await stream.CreateAsync(1, default);
        string large = new('x', PutBatch.MaxRecordBytes - 1);
        for (int i = 0; i < 3; i++) await stream.PutAsync(("A", large), ("A", "small"), ("B", large), ("C", large), ("D", large));
        Assert.Equal([large, "small", large, large, large], (await stream.ReadAllAsync("shardId-000000000000")).Texts().Take(5));
        Assert.Equal(15, (await stream.ReadAllAsync("shardId-000000000000")).Count);
    }

    [Fact]
    public async Task SeveralProducersAndReaders_LoseNothingAndKeepOrderPerKey()
    {
        const int producers = 4, batches = 25, perBatch = 20;
        await using IManagedStream stream = Open("many");
        await stream.CreateAsync(3, default);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        using var done = new CancellationTokenSource();
        Task<List<Seen>>[] readers = [.. shards.Select(shard => OnOwnThread(() => ReadUntilAsync(stream, shard.Id, done.Token)))];
        await Task.WhenAll(Enumerable.Range(0, producers).Select(p => OnOwnThread(async () =>
        {
            await using IRecordStream own = Open("many");
            for (int b = 0; b < batches; b++)
                await own.PutAsync([.. Enumerable.Range(0, perBatch).Select(i => ($"key{p}", $"{p} {(b * perBatch) + i:D6}"))]);
            return true;
        })));
        done.Cancel();
        string[] seen = [.. (await Task.WhenAll(readers)).SelectMany(r => r.Texts())];
        Assert.Equal(producers * batches * perBatch, seen.Length);
        for (int p = 0; p < producers; p++)
        {
            string[] own = [.. seen.Where(text => text.StartsWith($"{p} ", StringComparison.Ordinal))];
            Assert.Equal([.. Enumerable.Range(0, batches * perBatch).Select(i => $"{p} {i:D6}")], own);
        }
    }

    private static async Task<List<Seen>> ReadUntilAsync(IRecordStream stream, string shardId, CancellationToken done)
    {
        var seen = new List<Seen>();
        await using IShardReader reader = await stream.OpenReaderAsync(shardId, StreamPosition.TrimHorizon, default);
        for (var limit = new TimeLimit("the producers to be done"); ; limit.Check())
        {
            bool last = done.IsCancellationRequested;
            seen.AddRange(await reader.ReadToTipAsync());
            if (last) return seen;
        }
    }
}
