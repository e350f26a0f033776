using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary>The two programs over AWS's protocols as a user runs them: input, lake and stream by address, the rest by AWS's own variables.</summary>
public sealed class AwsPipelineTests : IAsyncLifetime
{
    private const string Bucket = "market-data";
    private const string Lake = $"s3://{Bucket}/lake";
    private const string Stream = "kinesis://stock_stream";

    private readonly ScratchFolder _folder = new();
    private readonly List<string> _printed = [];
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = await FakeAws.StartAsync();
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "in")).ShouldExit(0);
        _aws.S3.CreateBucket(Bucket);
        foreach (string file in Directory.EnumerateFiles(_folder["in"], "*.parquet", SearchOption.AllDirectories))
            _aws.S3.Put(Bucket, "archive/" + Path.GetRelativePath(_folder["in"], file), await File.ReadAllBytesAsync(file));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _aws.DisposeAsync();
    }

    [Fact]
    public async Task SameRowsAsOnOneMachine_AndNoSecretIsPrinted()
    {
        (await RunAsync("producer", "replay", $"s3://{Bucket}/archive", "--speed", "max", "--limit", "20000", "--stream", Stream, "--create-stream", "--verbose", "--json")).ShouldExit(0);
        (await RunAsync("consumer", "run", "--once", "--stream", Stream, "--lake", Lake, "--verbose")).ShouldExit(0);
        CliResult rows = (await RunAsync("consumer", "query", "--lake", Lake, "--limit", "1000000", "--json", "--verbose")).ShouldExit(0);

        (await Cli.ProducerAsync(_folder.Path, "replay", "in", "--speed", "max", "--limit", "20000", "--create-stream")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        CliResult local = (await Cli.ConsumerAsync(_folder.Path, "query", "--limit", "1000000", "--json")).ShouldExit(0);
        Assert.True(local.Output.Length > 10_000, local.Output);
        Assert.Equal(local.Output, rows.Output);
        AssertNoSecretWasPrinted();
    }

    // One put is done and never answered, until the producer's own time limit; others are done and fail.
    [Fact]
    public async Task PutsThatFailAfterTheirWork_LeaveTheSameRowsAndAreCounted()
    {
        (await RunAsync("producer", "stream", "create", "--stream", Stream)).ShouldExit(0);
        _aws.Kinesis.Faults = new KinesisFaults(seed: 4) { AfterTheWork = 1, ServerError = 0.05, DroppedConnection = 0.05, TimeoutAfterSuccess = 1 };
        Task<CliResult> replaying = RunAsync("producer", "replay", $"s3://{Bucket}/archive", "--speed", "max", "--limit", "3000", "--stream", Stream);
        await TimeLimit.UntilAsync(() => _aws.Kinesis.Faults.TimedOut > 0 || replaying.IsCompleted, "a put that is not answered");
        _aws.Kinesis.Faults.TimeoutAfterSuccess = 0;
        CliResult replay = (await replaying).ShouldExit(0);
        Assert.Contains("sent 3000 records", replay.Error, StringComparison.Ordinal);
        Assert.Contains("possibly repeated", replay.Error, StringComparison.Ordinal);
        _aws.Kinesis.Faults.Clear();
        CliResult run = (await RunAsync("consumer", "run", "--once", "--stream", Stream, "--lake", Lake)).ShouldExit(0);
        CliResult rows = (await RunAsync("consumer", "query", "--lake", Lake, "--limit", "1000000", "--json")).ShouldExit(0);
        Assert.Matches("3,[0-9]{3} read = 3,000 in windows \\+ 0 late \\+ 0 quarantined \\+ [1-9][0-9]* repeated", run.Error);

        (await Cli.ProducerAsync(_folder.Path, "replay", "in", "--speed", "max", "--limit", "3000", "--create-stream")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        CliResult local = (await Cli.ConsumerAsync(_folder.Path, "query", "--limit", "1000000", "--json")).ShouldExit(0);
        Assert.True(local.Output.Length > 10_000, local.Output);
        Assert.Equal(local.Output, rows.Output);
    }

    // Stack traces and what the services say about a request they refuse.
    [Theory]
    [InlineData(S3Fault.AccessDenied)]
    [InlineData(S3Fault.InternalError)]
    [InlineData(S3Fault.Drop)]
    public async Task RefusedRequests_ExitWith3AndPrintNoSecret(S3Fault fault)
    {
        (await Cli.ProducerAsync(_folder.Path, "stream", "create")).ShouldExit(0);
        _aws.S3.Faults = _ => fault;
        CliResult consumer = (await RunAsync("consumer", "run", "--once", "--lake", Lake, "--verbose")).ShouldExit(3);
        CliResult producer = (await RunAsync("producer", "replay", $"s3://{Bucket}/archive", "--dry-run", "--verbose")).ShouldExit(3);
        Assert.Contains($"{Lake}: s3:PutObject on arn:aws:s3:::{Bucket}/lake/", consumer.Error, StringComparison.Ordinal);
        Assert.Contains($"s3:ListBucket on arn:aws:s3:::{Bucket} failed", producer.Error, StringComparison.Ordinal);
        AssertNoSecretWasPrinted();
    }

    [Fact]
    public async Task ProfileWithEndpointAndRegion_IsEnough()
    {
        await File.WriteAllTextAsync(_folder["config"], $"[profile desk]\nregion = eu-central-1\nendpoint_url = {_aws.Endpoint}\n");
        await File.WriteAllTextAsync(_folder["credentials"], $"[desk]\naws_access_key_id = {FakeAws.AccessKey}\naws_secret_access_key = {FakeAws.SecretKey}\n");
        var environment = new Dictionary<string, string>
        {
            ["AWS_PROFILE"] = "desk",
            ["AWS_CONFIG_FILE"] = _folder["config"],
            ["AWS_SHARED_CREDENTIALS_FILE"] = _folder["credentials"],
        };
        CliResult result = (await RunAsync("producer", environment, "inspect", $"s3://{Bucket}/archive", "--verbose")).ShouldExit(0);
        Assert.Contains($"s3://{Bucket}/archive/", result.Output, StringComparison.Ordinal);
        AssertNoSecretWasPrinted();
    }

    // The variable that only the aws command line and boto3 know, and the one endpoint that is S3's alone.
    [Fact]
    public async Task DefaultRegionAndTheServicesOwnEndpoint_AreEnough()
    {
        var environment = new Dictionary<string, string>(_aws.EnvironmentVariables) { ["AWS_ENDPOINT_URL_S3"] = _aws.Endpoint, ["AWS_DEFAULT_REGION"] = "eu-central-1" };
        environment.Remove("AWS_ENDPOINT_URL");
        environment.Remove("AWS_REGION");
        (await RunAsync("producer", environment, "inspect", $"s3://{Bucket}/archive")).ShouldExit(0);
    }

    [Fact]
    public async Task PlainHttpToAnotherMachine_IsRefusedBeforeAnythingIsSent()
    {
        var environment = new Dictionary<string, string>(_aws.EnvironmentVariables) { ["AWS_ENDPOINT_URL"] = "http://s3.example.com" };
        CliResult result = (await RunAsync("consumer", environment, "query", "--lake", Lake)).ShouldExit(2);
        Assert.Contains("is plain HTTP on another machine", result.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> RunAsync(string program, params string[] args) => RunAsync(program, _aws.EnvironmentVariables, args);

    private async Task<CliResult> RunAsync(string program, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        CliResult result = await Cli.RunAsync(program, _folder.Path, environment, args);
        _printed.AddRange([result.Output, result.Error]);
        return result;
    }

    private void AssertNoSecretWasPrinted()
    {
        Assert.Contains(_printed, text => text.Length > 0);
        foreach (string secret in (string[])[FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken, "AWS4-HMAC-SHA256", "Authorization", "Signature=", "X-Amz-Security-Token"])
            Assert.DoesNotContain(_printed, text => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }
}
