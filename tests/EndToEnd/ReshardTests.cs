using System.Diagnostics;
using System.Text.Json;
using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary>A replay that runs while its stream is split, merged and counted anew, as an operator does it: in other processes.</summary>
public sealed class ReshardTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = await FakeAws.StartAsync();
        _aws.Kinesis.LooksWhileUpdating = 1;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _aws.DisposeAsync();
    }

    [Theory]
    [InlineData("./stream")]
    [InlineData("kinesis://stock_stream")]
    public async Task ReplayThroughReshards_LosesNothingAndKeepsOrderPerTicker(string address)
    {
        (await RunAsync("sample", "--out", "in", "--tickers", "8")).ShouldExit(0);
        (await RunAsync("stream", "create", "--stream", address, "--shards", "2")).ShouldExit(0);
        using Process replay = Cli.Start("producer", _folder.Path, _aws.EnvironmentVariables, "replay", "in", "--stream", address, "--speed", "max", "--rate", "500", "--loop", "--json");
        Task<string> summary = replay.StandardOutput.ReadToEndAsync(), error = replay.StandardError.ReadToEndAsync();
        await using IManagedStream stream = RecordStreams.Open(
            address.StartsWith('.') ? _folder[address] : address, TimeProvider.System,
            new AwsSettings { EndpointUrl = _aws.Endpoint, Region = "us-east-1", Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken) });
        await UntilSomethingIsThereAsync(stream);
        (await RunAsync("stream", "split", "--shard", "shardId-000000000000", "--stream", address)).ShouldExit(0);
        (await RunAsync("stream", "merge", "--shard", "shardId-000000000003", "--with", "shardId-000000000001", "--stream", address)).ShouldExit(0);
        (await RunAsync("stream", "reshard", "--shards", "4", "--stream", address)).ShouldExit(0);
        await Cli.StopAsync(replay);
        Assert.True(replay.ExitCode == 143, await error);

        // Parents are listed before their children, so that this is every ticker's order.
        List<(string Ticker, DateTimeOffset Time, byte[] Data)> records = await Records.ReadAllAsync(stream);
        using (JsonDocument sent = JsonDocument.Parse(await summary)) Assert.Equal(sent.RootElement.GetProperty("sent").GetInt64(), records.Count);
        foreach (IGrouping<string, (string Ticker, DateTimeOffset Time, byte[] Data)> ticker in records.GroupBy(record => record.Ticker))
        {
            long[] numbers = [.. ticker.Select(record => JsonDocument.Parse(record.Data).RootElement.GetProperty("seq").GetInt64())];
            Assert.Equal(numbers.Order(), numbers);
        }

        CliResult described = (await RunAsync("stream", "describe", "--stream", address)).ShouldExit(0);
        Assert.Equal(4, described.Output.Split("  open  ").Length - 1);
        CliResult refused = (await RunAsync("stream", "split", "--shard", "shardId-000000000000", "--stream", address)).ShouldExit(2);
        Assert.Contains("shardId-000000000000 is closed: it was split or merged into shardId-000000000002 and shardId-000000000003", refused.Error, StringComparison.Ordinal);
    }

    private static async Task UntilSomethingIsThereAsync(IManagedStream stream)
    {
        foreach (Shard shard in await stream.ListShardsAsync(CancellationToken.None))
        {
            await using IShardReader reader = await stream.OpenReaderAsync(shard.Id, StreamPosition.TrimHorizon, CancellationToken.None);
            var limit = new TimeLimit($"a record in {shard.Id}");
            while ((await reader.ReadAsync(CancellationToken.None)).Count == 0) limit.Check();
        }
    }

    private Task<CliResult> RunAsync(params string[] args) => Cli.RunAsync("producer", _folder.Path, _aws.EnvironmentVariables, args);
}
