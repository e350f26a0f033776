using System.Text;
using Amazon.Runtime;
using Streaming.Consumer.Catalog;
using Streaming.Shared.Aws;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary>The real consumer with a lake on S3 and the Glue catalog, both in this process.</summary>
public sealed class CatalogTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task RunWithGlue_LeavesNothingForSyncPartitions()
    {
        await using FakeAws aws = await StartAsync();
        CliResult run = (await ConsumerAsync(aws, "run", "--once", "--lake", "s3://bucket/lake", "--catalog", "glue", "--verbose")).ShouldExit(0);
        Assert.Equal(["AAPL/2024-01-02", "AMZN/2024-01-02"], aws.Glue.Partitions(GlueTable.Database, GlueTable.Table));
        Assert.DoesNotContain(FakeAws.SecretKey, run.Error, StringComparison.Ordinal);

        CliResult sync = (await ConsumerAsync(aws, "lake", "sync-partitions", "--lake", "s3://bucket/lake")).ShouldExit(0);
        Assert.Contains("2 partitions, 0 of them new, 0 refused", sync.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunWithGlueThatRefuses_WritesItsRowsAndSaysWhatIsMissing()
    {
        await using FakeAws aws = await StartAsync();
        aws.Glue.Faults = _ => "AccessDeniedException";
        CliResult run = (await ConsumerAsync(aws, "run", "--once", "--lake", "s3://bucket/lake", "--catalog", "glue")).ShouldExit(0);
        Assert.Contains("consumer lake sync-partitions", run.Error, StringComparison.Ordinal);
        Assert.Empty(aws.Glue.Partitions(GlueTable.Database, GlueTable.Table));

        CliResult failed = (await ConsumerAsync(aws, "lake", "sync-partitions", "--lake", "s3://bucket/lake")).ShouldExit(3);
        Assert.Contains("glue:GetTable", failed.Error, StringComparison.Ordinal);
        aws.Glue.Faults = _ => null;
        CliResult sync = (await ConsumerAsync(aws, "lake", "sync-partitions", "--lake", "s3://bucket/lake")).ShouldExit(0);
        Assert.Contains("2 partitions, 2 of them new, 0 refused", sync.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--once", "--catalog", "glue")]
    [InlineData("lake", "sync-partitions")]
    public async Task LakeInAFolder_HasNoGlueCatalog(params string[] args)
    {
        CliResult result = (await Cli.ConsumerAsync(_folder.Path, args)).ShouldExit(2);
        Assert.Contains("s3://bucket/prefix", result.Error, StringComparison.Ordinal);
    }

    private async Task<FakeAws> StartAsync()
    {
        FakeAws aws = await FakeAws.StartAsync();
        aws.S3.CreateBucket("bucket");
        using var glue = new AwsJsonClient(
            AwsService.Glue,
            new AwsSettings { Region = "us-east-1", EndpointUrl = aws.Endpoint, Credentials = new BasicAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey) },
            TimeProvider.System,
            new Random(1));
        foreach ((string operation, string body) in new[]
        {
            ("CreateDatabase", """{"DatabaseInput":{"Name":"stock_streaming_database"}}"""),
            ("CreateTable", """{"DatabaseName":"stock_streaming_database","TableInput":{"Name":"avg_1min","StorageDescriptor":{"Columns":[]}}}"""),
        })
            await glue.SendAsync(operation, "the catalog", Encoding.UTF8.GetBytes(body), new ResponseBuffer(), CancellationToken.None);

        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "sample", "--tickers", "2")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "replay", "sample", "--limit", "5000", "--speed", "max", "--create-stream")).ShouldExit(0);
        return aws;
    }

    private Task<CliResult> ConsumerAsync(FakeAws aws, params string[] args) => Cli.RunAsync("consumer", _folder.Path, aws.EnvironmentVariables, args);

    public void Dispose() => _folder.Dispose();
}
