using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>What a reshard of a local stream owes to dead producers, to readers, and to a log that was damaged since.</summary>
public sealed class LocalReshardTests
{
    private const string Lower = "shardId-000000000001";
    private const string Upper = "shardId-000000000002";

    [Fact]
    public async Task ProducerThatWaitsForTheLockDuringAReshard_PutsIntoAChild()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await using LocalStream producer = log.Open();
        await producer.PutAsync(("A", "two"));
        Task put;
        using (AppendLock.TryAcquire(new StreamFolder(log.Folder)))
        {
            put = producer.PutAsync(("A", "three"));
            var file = new ManifestFile(new StreamFolder(log.Folder), log.Folder);
            var map = new ShardMap(log.Folder, file.Load().ToShards());
            map.Split(LocalLog.Shard, null);
            file.Write(file.Load().Reshard(map, last: 2));
        }

        await put;
        Assert.Equal(["one", "two"], await EndedAsync(log));
        Assert.Equal(["three"], await ChildrenAsync(log));
    }

    [Fact]
    public async Task WhatADeadProducerPut_BelongsToTheParent()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        await SplitAsync(log);
        await log.PutAsync("three");
        Assert.Equal(["one", "two"], await EndedAsync(log));
        Assert.Equal(["three"], await ChildrenAsync(log));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task TornTailOfADeadProducer_IsCutByTheNextAndDeliveredByNobody(int bytes)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] before = await File.ReadAllBytesAsync(log.Segments[0]), end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("torn");
        byte[] after = await File.ReadAllBytesAsync(log.Segments[0]);
        await File.WriteAllBytesAsync(log.Segments[0], after[..(before.Length + bytes)]);
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        await SplitAsync(log);
        Assert.Equal(["one"], await EndedAsync(log));
        await log.PutAsync("two");
        Assert.Equal(["one"], await EndedAsync(log));
        Assert.Equal(["two"], await ChildrenAsync(log));
    }

    [Fact]
    public async Task DraftOfADeadResharder_ChangesNothing()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await File.WriteAllTextAsync(log.Manifest + ".tmp", "{\"formatVersion\":1,");
        await log.PutAsync("two");
        await SplitAsync(log);
        Assert.Equal(["one", "two"], await EndedAsync(log));
    }

    [Fact]
    public async Task ClosedShard_EndsWithoutReadingWhatItsChildrenGot()
    {
        using var log = new LocalLog();
        await log.PutAsync("one", "two");
        await SplitAsync(log);
        for (int i = 0; i < 30; i++) await log.PutAsync($"{i}");
        await using LocalStream stream = log.Open(new LocalStreamOptions { MaxPutBatchesPerRead = 10 });
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        RecordBatch batch = await reader.ReadAsync(default);
        Assert.Equal((2, true, 0L), (batch.Count, batch.IsEndOfShard, batch.MillisBehindLatest));
    }

    // Without log.end only the shards know how long the log was.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LogThatIsMuchShorterThanAtTheReshard_IsLoudForReadersAndProducers(bool restoreEnd)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] old = await File.ReadAllBytesAsync(log.Segments[0]), oldEnd = await File.ReadAllBytesAsync(log.SyncedEnd);
        await using (LocalStream stream = log.Open())
        {
            for (int i = 0; i < 2; i++) await stream.PutAsync([.. Enumerable.Range(0, 300).Select(n => ("A", $"{n}"))]);
        }

        await SplitAsync(log);
        await File.WriteAllBytesAsync(log.Segments[0], old);
        if (restoreEnd) await File.WriteAllBytesAsync(log.SyncedEnd, oldEnd);
        else File.Delete(log.SyncedEnd);
        foreach (string shard in (string[])[LocalLog.Shard, Lower])
        {
            await using LocalStream reader = log.Open();
            var loss = await Assert.ThrowsAsync<StreamDataLossException>(() => reader.ReadAllAsync(shard));
            Assert.Contains("records 2 to 601", loss.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<StreamDataLossException>(() => log.PutAsync("two"));
        await using LocalStream again = log.Open();
        await Assert.ThrowsAsync<StreamDataLossException>(() => again.SplitShardAsync(Lower, null, default));
        Assert.Equal(3, (await again.ListShardsAsync(default)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BatchLostSinceTheReshard_GivesItsNumbersToNoOther(bool restoreEnd)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] old = await File.ReadAllBytesAsync(log.Segments[0]), oldEnd = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two", "three");
        await SplitAsync(log);
        await File.WriteAllBytesAsync(log.Segments[0], old);
        if (restoreEnd) await File.WriteAllBytesAsync(log.SyncedEnd, oldEnd);
        else File.Delete(log.SyncedEnd);
        Assert.Equal(["one"], await EndedAsync(log));
        await log.PutAsync("four");
        Assert.Equal(["one"], await EndedAsync(log));
        await using LocalStream stream = log.Open();
        Assert.Equal([4UL], (await stream.ReadAllAsync((await stream.ListShardsAsync(default)).Skip(1).ShardOf("A").Id)).Select(seen => seen.Number));
    }

    [Fact]
    public async Task AllSegmentsGoneSinceTheReshard_IsLoudWithoutASyncedEndToo()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await SplitAsync(log);
        File.Delete(log.Segments[0]);
        File.Delete(log.SyncedEnd);
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync());
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.PutAsync("two"));
    }

    [Fact]
    public async Task MissingSegmentOfAParent_IsLoud()
    {
        using var log = new LocalLog(segmentBytes: 300);
        await log.PutAsync([.. Enumerable.Range(1, 12).Select(i => $"record {i}")]);
        await SplitAsync(log);
        File.Delete(log.Segments[1]);
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync());
    }

    [Fact]
    public async Task StreamWithoutRecords_IsResharded()
    {
        using var log = new LocalLog();
        await log.PutAsync();
        await SplitAsync(log);
        Assert.Empty(await EndedAsync(log));
        await log.PutAsync("one");
        Assert.Equal(["one"], await ChildrenAsync(log));
    }

    private static async Task SplitAsync(LocalLog log)
    {
        await using LocalStream stream = log.Open();
        await stream.SplitShardAsync(LocalLog.Shard, null, default);
    }

    /// <summary>What the parent holds, which must end.</summary>
    private static async Task<IEnumerable<string>> EndedAsync(LocalLog log)
    {
        await using LocalStream stream = log.Open();
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        List<Seen> seen = [];
        Assert.True(await reader.ReadToTipAsync(seen));
        return seen.Texts();
    }

    private static async Task<IEnumerable<string>> ChildrenAsync(LocalLog log)
    {
        await using LocalStream stream = log.Open();
        return [.. (await stream.ReadAllAsync(Lower)).Texts(), .. (await stream.ReadAllAsync(Upper)).Texts()];
    }
}
