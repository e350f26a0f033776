using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>
/// The comparison of OracleTests while Kinesis and S3 throttle and fail. Such a run is pauses for the most part, so the files are in
/// several classes: those do not wait for each other.
/// </summary>
public sealed class AwsFaultTests(ITestOutputHelper output) : AwsFaultRun(output)
{
    [Theory]
    [InlineData("crypto_minute_bars")]
    [InlineData("crypto_second_bars")]
    public Task FileWhileAwsFailsAndConsumerKilled_IsItsOracle(string file) => RunAsync(file, storm: (100, 500));
}

/// <summary>Short files, where any call may fail.</summary>
public sealed class AwsFaultsOfShortFilesTests(ITestOutputHelper output) : AwsFaultRun(output)
{
    [Theory]
    [InlineData("gspc_minute_bars")]
    [InlineData("spy_minute_bars")]
    public Task FileWhileAlwaysSomethingFailsAndConsumerKilled_IsItsOracle(string file) => RunAsync(file, storm: (1, 1));
}

/// <summary>
/// Ticks of one ticker, of which one record is in flight, so that each failure is a pause for all that follows. As many puts fail as
/// would in the whole file with a twentieth of the storms.
/// </summary>
public sealed class AwsFaultsOfTicksTests(ITestOutputHelper output) : AwsFaultRun(output)
{
    [Fact]
    public Task TicksWhileAwsFailsAndConsumerKilled_AreTheirOracle() => RunAsync(Oracle.Fx, storm: (100, 500));
}

/// <summary>One file through both programs, which are to come to its oracle whatever fails on the way.</summary>
public abstract class AwsFaultRun(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20240102;
    private const string Bucket = "test-lake";

    private static readonly S3Fault[] StorageFaults = [S3Fault.SlowDown, S3Fault.InternalError, S3Fault.InternalErrorAfter, S3Fault.Drop, S3Fault.DropAfter];

    private readonly ScratchFolder _folder = new();
    private readonly List<string> _probes = [];

    /// <param name="storm">Of every so many calls on Kinesis (the second) so many (the first) may fail.</param>
    protected async Task RunAsync(string file, (int Calls, int Of) storm)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        output.WriteLine($"seed {Seed}");
        await using FakeAws aws = await FakeAws.StartAsync();
        aws.S3.CreateBucket(Bucket);
        const string Lake = $"s3://{Bucket}/lake";
        var run = new AwsRun(_folder.Path, aws.EnvironmentVariables, "kinesis://stock_stream", Lake);
        (await run.CreateStreamAsync(shards: 4)).ShouldExit(0);

        // Half of the puts that fail have done their work: their records are put again, and count once.
        aws.Kinesis.Faults = new KinesisFaults(Seed)
        {
            Throttle = 0.1,
            ServerError = 0.1,
            DroppedConnection = 0.1,
            RefusedRecord = 0.2,
            ExpiredIterator = 0.03,
            Storm = storm,
        };
        Func<S3Call, S3Fault> chance = FakeS3.Chance(Seed, 0.1, StorageFaults);
        aws.S3.Faults = call => call.Key.Contains("/.store/probe-", StringComparison.Ordinal) ? FirstProbeFails(call) : chance(call);
        Task<CliResult> replay = run.ReplayAsync([Oracle.InputOf(file), .. Oracle.PartOf(file)]);
        await run.KillConsumerDuringAsync(
            replay,
            _ => Task.FromResult(aws.S3.Calls.Any(call => call.Method == "PUT" && call.Key.Contains("/avg_1min/", StringComparison.Ordinal))));
        string summary = (await replay).Error;
        output.WriteLine(summary);
        Assert.Matches("retried [1-9][0-9]", summary);
        Assert.Matches("possibly repeated [1-9][0-9]", summary);
        CliResult last = await run.ConsumeAsync();
        // Five failures in a row end a run that is to end; a service manager starts it again.
        for (int restarts = 0; last.ExitCode == 3 && restarts < 3; restarts++) last = await run.ConsumeAsync();
        last.ShouldExit(0);
        aws.S3.Faults = _ => S3Fault.None;
        await Oracle.AssertEqualAsync(Oracle.LoadPart(file), Open(aws, Lake));
    }

    /// <summary>Cuts off the first of two looks whether the lake can be written, at each start of a consumer.</summary>
    private S3Fault FirstProbeFails(S3Call call)
    {
        lock (_probes)
        {
            if (!_probes.Contains(call.Key)) _probes.Add(call.Key);
            return _probes.IndexOf(call.Key) % 2 == 0 ? S3Fault.Drop : S3Fault.None;
        }
    }

    private static IObjectStore Open(FakeAws aws, string address) => ObjectStores.Open(address, TimeProvider.System, new AwsSettings
    {
        EndpointUrl = aws.Endpoint,
        Region = "us-east-1",
        Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken),
    });

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
