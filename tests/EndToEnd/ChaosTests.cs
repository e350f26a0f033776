using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary><see cref="ChaosRun"/> over the local stream and over Kinesis and S3.</summary>
public sealed class ChaosTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Theory]
    [InlineData(20240102)]
    public async Task LocalStream_MarketData_IsTheOracle(int seed)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        List<OracleRow> oracle = Oracle.LoadAll();
        long ticks = oracle.Sum(row => row.Count);
        using var run = new ChaosRun(_folder.Path, new Dictionary<string, string>(), "./stream", "./lake", seed);
        await run.RunAsync(ticks, Oracle.Files.Select(Oracle.InputOf));
        await Oracle.AssertEqualAsync(oracle, _folder["lake"], anyTie: true);
        await run.AssertBooksAsync(ticks, repeated: 0);
    }

    [Theory]
    [InlineData(20240103)]
    public async Task LocalStream_Sample_IsTheBatchOverItsRecords(int seed)
    {
        await using IManagedStream stream = RecordStreams.Open(_folder["stream"], TimeProvider.System);
        await SampleAsync(seed, new Dictionary<string, string>(), "./stream", stream, "./lake", ObjectStores.Open(_folder["lake"], TimeProvider.System), ticks: 20_000);
    }

    // With the S3 of the fake, because moto's compare-and-set is not atomic.
    [Theory]
    [InlineData(20240104)]
    public async Task KinesisAndS3_Sample_IsTheBatchOverItsRecords(int seed)
    {
        Assert.SkipUnless(KinesisLocal.IsThere, KinesisLocal.Missing);
        await using KinesisLocal kinesis = await KinesisLocal.StartAsync();
        await using FakeAws aws = await FakeAws.StartAsync();
        aws.S3.CreateBucket("lake");
        var variables = new Dictionary<string, string>(aws.EnvironmentVariables) { ["AWS_ENDPOINT_URL_KINESIS"] = kinesis.Endpoint };
        AwsSettings Settings(string endpoint) => new()
        {
            EndpointUrl = endpoint,
            Region = "us-east-1",
            Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken),
        };
        await using IManagedStream stream = RecordStreams.Open("kinesis://stock_stream", TimeProvider.System, Settings(kinesis.Endpoint));
        IObjectStore lake = ObjectStores.Open("s3://lake/chaos", TimeProvider.System, Settings(aws.Endpoint));
        await SampleAsync(seed, variables, "kinesis://stock_stream", stream, "s3://lake/chaos", lake, ticks: 4000);
    }

    private async Task SampleAsync(
        int seed, IReadOnlyDictionary<string, string> variables, string streamAddress, IManagedStream stream, string lakeAddress, IObjectStore lake, int ticks)
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "in", "--tickers", "20")).ShouldExit(0);
        using var run = new ChaosRun(_folder.Path, variables, streamAddress, lakeAddress, seed);
        await run.RunAsync(ticks, ["in", "--limit", $"{ticks}"]);
        List<OracleRow> oracle = BatchOracle.Of(await Records.ReadAllAsync(stream), out long repeated);
        await Oracle.AssertEqualAsync(oracle, lake);
        await run.AssertBooksAsync(oracle.Sum(row => row.Count), repeated);
    }

    public void Dispose() => _folder.Dispose();
}
