using Streaming.Shared;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class LocalStreamTests
{
    [Fact]
    public async Task TwoThatCreateAtOnce_ExactlyOneWins()
    {
        for (int round = 0; round < 20; round++)
        {
            using var log = new LocalLog();
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                async () =>
                {
                    await using LocalStream stream = log.Open();
                    return await stream.CreateAsync(2, default);
                },
                default,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
            Assert.Equal(1, won.Count(w => w));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task ShardCountOutOfBounds_IsRefused(int count)
    {
        using var log = new LocalLog();
        await using LocalStream stream = log.Open();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => stream.CreateAsync(count, default));
        Assert.False(Directory.Exists(log.Folder));
    }

    [Fact]
    public async Task Delete_LeavesWhatIsNotOurs()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        string foreign = Path.Combine(log.Folder, "notes.txt"), inLog = Path.Combine(log.Folder, "log", "readme.log");
        await File.WriteAllTextAsync(foreign, "mine");
        await File.WriteAllTextAsync(inLog, "mine");
        await using LocalStream stream = log.Open();
        Assert.True(await stream.DeleteAsync(default));
        Assert.Equal([inLog, foreign], Directory.GetFiles(log.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.False(await stream.DeleteAsync(default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"formatVersion\":\"1\"}")]
    [InlineData("[]")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":[]}")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":{}}")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":[null]}")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":[{}]}")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":[{\"id\":\"s\",\"parents\":[null],\"startHash\":\"0\",\"endHash\":\"1\"}]}")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":[{\"id\":\"s\",\"parents\":[],\"startHash\":\"0\",\"endHash\":\"1\",\"closedAfter\":-1}]}")]
    [InlineData("{\"formatVersion\":2,\"name\":\"a\",\"creationId\":\"b\",\"shards\":[{\"id\":\"s\",\"parents\":[],\"startHash\":\"0\",\"endHash\":\"1\"}]}")]
    public async Task UnusableManifest_IsOneClearError(string json)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await File.WriteAllTextAsync(log.Manifest, json);
        await using LocalStream stream = log.Open();
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.DescribeAsync(default));
        Assert.Contains(log.Manifest, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.PutAsync(StreamDriver.Batch(("A", "two")), default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task StreamOfAnotherVersion_IsRefusedAndLeftAsItIs(int version)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        string manifest = await File.ReadAllTextAsync(log.Manifest);
        byte[] before = await File.ReadAllBytesAsync(log.Segments[0]);
        await File.WriteAllTextAsync(log.Manifest, manifest.Replace("\"formatVersion\": 2", $"\"formatVersion\": {version}", StringComparison.Ordinal));
        await using LocalStream stream = log.Open();
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.PutAsync(StreamDriver.Batch(("A", "two")), default));
        Assert.Contains($"format {version}", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StreamUnavailableException>(() => log.ReadAsync());
        Assert.Equal(before, await File.ReadAllBytesAsync(log.Segments[0]));
    }

    [Fact]
    public async Task FolderDeletedOrReplacedWhileReading_IsAClearError()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await using LocalStream stream = log.Open();
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        Assert.Single(await reader.ReadToTipAsync());
        Directory.Delete(log.Folder, recursive: true);
        await Assert.ThrowsAsync<StreamNotFoundException>(() => reader.ReadAsync(default).AsTask());
        await log.PutAsync("other");
        await Assert.ThrowsAsync<StreamDataLossException>(() => reader.ReadAsync(default).AsTask());
    }

    [Fact]
    public async Task ManyBatchesOfOtherShards_GiveAnEmptyBatchThatIsBehind()
    {
        using var log = new LocalLog();
        await using LocalStream stream = log.Open(new LocalStreamOptions { MaxPutBatchesPerRead = 50 });
        await stream.CreateAsync(2, default);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        string[] keys = [.. shards.Select(shard => Enumerable.Range(0, 100).Select(i => $"k{i}").First(key => shards.ShardOf(key) == shard))];
        for (int i = 0; i < 60; i++) await stream.PutAsync((keys[0], "other"));
        await stream.PutAsync((keys[1], "own"));
        await using IShardReader reader = await stream.OpenReaderAsync(shards[1].Id, StreamPosition.TrimHorizon, default);
        RecordBatch first = await reader.ReadAsync(default);
        Assert.Equal((0, true), (first.Count, first.MillisBehindLatest > 0));
        Assert.Equal(["own"], (await reader.ReadToTipAsync()).Texts());
    }

    [Fact]
    public async Task LockHeldTooLong_IsAnErrorAndNothingIsPut()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await using LocalStream stream = log.Open(new LocalStreamOptions { LockTimeout = TimeSpan.FromMilliseconds(50) });
        using (new FileStream(Path.Combine(log.Folder, "append.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.PutAsync(StreamDriver.Batch(("A", "two")), default));
        await stream.PutAsync(("A", "three"));
        Assert.Equal(["one", "three"], (await log.ReadAsync()).Texts());
    }

    [Fact]
    public async Task ArrivalTimes_NeverGoBackWithTheClock()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        var past = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        await using (var stream = new LocalStream(log.Folder, past, () => Guid.Empty)) await stream.PutAsync(("A", "two"));
        List<Seen> seen = await log.ReadAsync();
        Assert.Equal(seen[0].ArrivalMicros, seen[1].ArrivalMicros);
    }

    [Fact]
    public async Task RecordOverOneMebibyte_IsRefusedBeforeAnythingIsWritten()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await using LocalStream stream = log.Open();
        await Assert.ThrowsAsync<ArgumentException>(() => stream.PutAsync(StreamDriver.Batch(("A", new string('x', PutBatch.MaxRecordBytes))), default));
        Assert.Single(await log.ReadAsync());
    }

    [Fact]
    public async Task FileInTheFoldersPlace_IsUnavailable()
    {
        using var log = new LocalLog();
        await File.WriteAllTextAsync(log.Folder, "a file");
        await using LocalStream stream = log.Open();
        await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.CreateAsync(1, default));
    }

    [Theory]
    [InlineData("kinesis://stock_stream")]
    [InlineData("s3://bucket/x")]
    [InlineData("")]
    [InlineData("/")]
    public void AddressThatIsNoFolder_IsRefused(string address)
        => Assert.Throws<UsageException>(() => RecordStreams.Open(address, TimeProvider.System));
}
