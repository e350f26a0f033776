using System.Text;
using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;
using Streaming.Tests.Unit.Streams;
using Streaming.Tests.Unit.Streams.Kinesis;

namespace Streaming.Tests.Unit.Publishing;

/// <summary>What is put through lanes is read back: nothing lost, and every key in its order, whatever the service does.</summary>
public sealed class LaneOrderTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly LaneOptions Quick = new() { FirstPause = TimeSpan.FromMilliseconds(1), ShardCheckInterval = TimeSpan.Zero, MaxPending = 1000, LongestPause = TimeSpan.FromMilliseconds(20) };
    private static readonly KinesisStreamOptions ShortAttempts = FakeStream.Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(300) };

    private readonly ReplayProgress _progress = new();
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync() => _aws = await FakeAws.StartAsync();

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Theory(Timeout = TimeLimit.Milliseconds)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task EveryFaultAtOnce_LosesNothingAndKeepsOrderPerKey(int seed)
    {
        await using KinesisStream stream = FakeStream.Open(_aws, "faults", ShortAttempts);
        await stream.CreateAsync(4, default);
        // 30 % of the records are refused, and nearly 30 % of the requests fail.
        _aws.Kinesis.Faults = new KinesisFaults(seed)
        {
            RefusedRecord = 0.2,
            ThrottledRecord = 0.1,
            Throttle = 0.1,
            ServerError = 0.1,
            DroppedConnection = 0.05,
            TimeoutAfterSuccess = 0.05,
        };
        Task put = PutAsync(stream, seed, keys: 60, records: 2000);
        await UntilSentAsync(500, put);
        _aws.Kinesis.Change("faults", fake => fake.UpdateShardCount(8));
        await UntilSentAsync(1000, put);
        _aws.Kinesis.Change("faults", fake => fake.Merge("shardId-000000000004", "shardId-000000000005"));
        await put;
        _aws.Kinesis.Faults.Clear();
        Dictionary<string, List<int>> read = await ReadAsync(stream);

        int repeats = CheckOrder(read, keys: 60, records: 2000);
        output.WriteLine($"seed {seed}: {_aws.Kinesis.CallsOf["PutRecords"]} requests, {_progress.Retried} retried, {_progress.Throttled} throttled, {repeats} repeats, {_progress.PossiblyRepeated} possible");
        Assert.Equal(2000, _progress.Sent);
        Assert.True(_progress.Retried > 500 && _progress.Throttled > 150, "the faults did not strike");
        Assert.True(repeats > 0 && repeats <= _progress.PossiblyRepeated, "repeats are counted");
    }

    [Fact(Timeout = TimeLimit.Milliseconds)]
    public async Task ReshardsUnderLoad_LoseNothingAndKeepOrderPerKey()
    {
        _aws.Kinesis.Faults = new KinesisFaults(7) { RefusedRecord = 0.1 };
        await using KinesisStream stream = FakeStream.Open(_aws, "reshard", ShortAttempts);
        await stream.CreateAsync(2, default);
        Task put = PutAsync(stream, seed: 7, keys: 40, records: 4000);
        await UntilSentAsync(1000, put);
        _aws.Kinesis.Change("reshard", fake => fake.UpdateShardCount(4));
        await UntilSentAsync(2000, put);
        _aws.Kinesis.Change("reshard", fake => fake.Merge("shardId-000000000002", "shardId-000000000003"));
        await put;
        _aws.Kinesis.Faults.Clear();
        Assert.Equal(0, CheckOrder(await ReadAsync(stream), keys: 40, records: 4000));
        Assert.Equal(7, (await stream.ListShardsAsync(default)).Count);
    }

    [Fact(Timeout = TimeLimit.Milliseconds)]
    public async Task ThrottledShard_DoesNotHoldBackTheOthers()
    {
        await using KinesisStream stream = FakeStream.Open(_aws, "lanes", ShortAttempts);
        await stream.CreateAsync(2, default);
        _aws.Kinesis.Faults.ThrottledShards.Add("shardId-000000000000");
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        LaneOptions slow = Quick with { FirstPause = TimeSpan.FromMilliseconds(200) };
        await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, _progress, TimeProvider.System, new Random(1), default, slow);
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"key{i}")];
        int toTheOther = keys.Count(key => shards.ShardOf(key).Id != "shardId-000000000000") * 20;
        for (int n = 0; n < 20; n++)
        {
            foreach (string key in keys) publisher.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{key} {n}"));
        }

        await publisher.SendGatheredAsync(default);
        await TimeLimit.UntilAsync(() => _progress.Sent >= toTheOther, "the records of the shard that is not throttled");
        Assert.Equal(toTheOther, _progress.Sent);
        Assert.True(_progress.Throttled > 0);
        lock (_aws.Kinesis.Faults.ThrottledShards) _aws.Kinesis.Faults.ThrottledShards.Clear();
        await publisher.FlushAsync(default);
        Assert.Equal(0, CheckOrder(await ReadAsync(stream), keys: 20, records: 400));
    }

    [Fact(Timeout = TimeLimit.Milliseconds)]
    public async Task ShardThatRefusesForEver_EndsWithTheRemedy()
    {
        await using KinesisStream stream = FakeStream.Open(_aws, "never", ShortAttempts);
        await stream.CreateAsync(1, default);
        _aws.Kinesis.Faults.ThrottledShards.Add("shardId-000000000000");
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => PutAsync(stream, 1, keys: 3, records: 30));
        Assert.Contains("--rate", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = TimeLimit.Milliseconds)]
    public async Task TooLargeRecord_IsCountedAndNotSent()
    {
        await using KinesisStream stream = FakeStream.Open(_aws, "large");
        await stream.CreateAsync(1, default);
        await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, _progress, TimeProvider.System, new Random(1), default, Quick);
        publisher.Add("A"u8, new byte[PutBatch.MaxRecordBytes]);
        publisher.Add("A"u8, new byte[PutBatch.MaxRecordBytes - 1]);
        await publisher.FlushAsync(default);
        Assert.Equal((1, 1), (_progress.Sent, _progress.TooLarge));
    }

    private Task UntilSentAsync(int records, Task put) => TimeLimit.UntilAsync(() => _progress.Sent >= records || put.IsCompleted, $"{records} records to be sent");

    private async Task PutAsync(IRecordStream stream, int seed, int keys, int records)
    {
        await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, _progress, TimeProvider.System, new Random(seed), default, Quick);
        for (int i = 0; i < records; i++)
        {
            if (publisher.IsFull) await publisher.MakeRoomAsync(default);
            publisher.Add(Encoding.UTF8.GetBytes($"key{i % keys}"), Encoding.UTF8.GetBytes($"key{i % keys} {i / keys}"));
        }

        await publisher.FlushAsync(default);
    }

    /// <summary>Numbers by key in the order of the log: parents before their children.</summary>
    private static async Task<Dictionary<string, List<int>>> ReadAsync(KinesisStream stream)
    {
        var read = new Dictionary<string, List<int>>();
        foreach (Shard shard in await stream.ListShardsAsync(default))
        {
            foreach (string[] words in (await stream.ReadAllAsync(shard.Id)).Texts().Select(text => text.Split(' ')))
            {
                if (!read.TryGetValue(words[0], out List<int>? numbers)) read.Add(words[0], numbers = []);
                numbers.Add(int.Parse(words[1]));
            }
        }

        return read;
    }

    /// <summary>First appearances must be 0, 1, 2, ...; returns how many records appear again.</summary>
    private static int CheckOrder(Dictionary<string, List<int>> read, int keys, int records)
    {
        Assert.Equal(keys, read.Count);
        foreach ((string key, List<int> numbers) in read)
        {
            int[] first = [.. numbers.Distinct()];
            Assert.True(first.SequenceEqual(Enumerable.Range(0, first.Length)), $"{key}: {string.Join(' ', first.Take(100))}");
        }

        Assert.Equal(records, read.Values.Sum(numbers => numbers.Distinct().Count()));
        return read.Values.Sum(numbers => numbers.Count) - records;
    }
}
