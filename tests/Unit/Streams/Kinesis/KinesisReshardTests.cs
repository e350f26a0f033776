using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.ChildProcess;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>Reshards of a service that takes its time, fails, and does not say whether it was done.</summary>
public sealed class KinesisReshardTests : IAsyncLifetime
{
    private const string First = "shardId-000000000000";

    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync() => _aws = await FakeAws.StartAsync();

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Fact]
    public async Task Reshard_ReturnsWhenTheStreamIsActiveAgain()
    {
        _aws.Kinesis.LooksWhileUpdating = 3;
        await using KinesisStream stream = await CreateAsync("active", 1);
        await stream.SplitShardAsync(First, null, default);
        Assert.Equal(0, _aws.Kinesis.Streams["active"].UpdatingLooks);
        await stream.MergeShardsAsync("shardId-000000000002", "shardId-000000000001", default);
        Assert.Equal(0, _aws.Kinesis.Streams["active"].UpdatingLooks);
        await stream.UpdateShardCountAsync(2, default);
        Assert.Equal(0, _aws.Kinesis.Streams["active"].UpdatingLooks);
    }

    [Fact]
    public async Task ReshardOfAnother_IsWaitedFor()
    {
        await using KinesisStream stream = await CreateAsync("another", 1);
        _aws.Kinesis.Change("another", fake => fake.UpdatingLooks = 5);
        await stream.SplitShardAsync(First, null, default);
        Assert.Equal(3, (await stream.ListShardsAsync(default)).Count);
        Assert.Equal(1, _aws.Kinesis.CallsOf["SplitShard"]);
    }

    [Fact]
    public async Task StreamThatStaysUpdating_IsAnErrorThatSaysSo()
    {
        _aws.Kinesis.LooksWhileUpdating = int.MaxValue;
        await using KinesisStream stream = await CreateAsync("slow", 1, FakeStream.Quick with { StatusTimeout = TimeSpan.FromMilliseconds(100) });
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.SplitShardAsync(First, null, default));
        Assert.Contains("it is UPDATING", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task FaultsBeforeAndAfterTheWork_MakeEachReshardOnce(int seed)
    {
        _aws.Kinesis.LooksWhileUpdating = 1;
        await using KinesisStream stream = await CreateAsync("faults", 2, FakeStream.Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(300) });
        _aws.Kinesis.Faults = new KinesisFaults(seed) { ServerError = 0.25, DroppedConnection = 0.1, TimeoutAfterSuccess = 0.1, Throttle = 0.05 };
        var random = new Random(seed);
        int shards = 2;
        for (int i = 0; i < 12; i++)
        {
            await RandomReshard.NextAsync(stream, random);
            int now = _aws.Kinesis.Streams["faults"].Shards.Count;
            Assert.True(now - shards is 1 or 2, $"seed {seed}: {shards} shards became {now}");
            shards = now;
        }

        Assert.True(_aws.Kinesis.CallsOf["SplitShard"] + _aws.Kinesis.CallsOf["MergeShards"] > 12, "the faults did not strike");
        await stream.UpdateShardCountAsync(Math.Max(1, _aws.Kinesis.Streams["faults"].Shards.Count(shard => shard.ClosedAt is null) - 1), default);
    }

    [Fact]
    public async Task ShardCountThatTheServiceRefuses_IsRefusedInItsWords()
    {
        await using KinesisStream stream = await CreateAsync("limits", 2);
        var refused = await Assert.ThrowsAsync<ReshardRefusedException>(() => stream.UpdateShardCountAsync(5, default));
        Assert.Contains("2 shards can become 1 to 4, not 5", refused.Message, StringComparison.Ordinal);
        Assert.Contains("kinesis://limits", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccessDenied_IsNoMistakeInTheShards()
    {
        await using KinesisStream stream = await CreateAsync("denied", 1);
        _aws.Kinesis.Faults.DeniedOperations.Add("SplitShard");
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => stream.SplitShardAsync(First, null, default));
        Assert.Contains("kinesis:SplitShard", error.Message, StringComparison.Ordinal);
    }

    private async Task<KinesisStream> CreateAsync(string name, int shards, KinesisStreamOptions? options = null)
    {
        KinesisStream stream = FakeStream.Open(_aws, name, options);
        await stream.CreateAsync(shards, default);
        return stream;
    }
}
