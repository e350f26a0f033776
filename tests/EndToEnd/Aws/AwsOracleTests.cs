using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>The comparison of OracleTests through kinesis-local and moto.</summary>
[Collection(AwsEmulators.Collection)]
public sealed class AwsOracleTests(AwsEmulators emulators) : AwsOracleRun(emulators)
{
    public static TheoryData<string> Files => [.. Oracle.Files.Where(file => file != Oracle.Fx)];

    [Theory]
    [MemberData(nameof(Files))]
    public Task FileWithConsumerKilled_IsItsOracle(string file) => RunAsync(file);
}

/// <summary>The same, of the file that takes as long as all others, beside them: with emulators of its own.</summary>
public sealed class AwsOracleOfTicksTests(AwsEmulators emulators) : AwsOracleRun(emulators), IClassFixture<AwsEmulators>
{
    [Fact]
    public Task TicksWithConsumerKilled_AreTheirOracle() => RunAsync(Oracle.Fx);
}

/// <summary>One file through both programs, of which the consumer is killed once.</summary>
public abstract class AwsOracleRun(AwsEmulators emulators) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    protected async Task RunAsync(string file)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        Assert.SkipUnless(AwsEmulators.Missing.Length == 0, AwsEmulators.Missing);
        string lake = $"s3://{AwsEmulators.Bucket}/{file}";
        var run = new AwsRun(_folder.Path, emulators.Variables, $"kinesis://{file}", lake);
        IObjectStore store = emulators.OpenLake(lake);
        List<OracleRow> oracle = Oracle.LoadPart(file);

        (await run.CreateStreamAsync(shards: 2)).ShouldExit(0);
        await run.KillConsumerDuringAsync(
            run.ReplayAsync([Oracle.InputOf(file), .. Oracle.PartOf(file)]), token => store.ListAsync("avg_1min/", token).AnyAsync(token).AsTask());
        CliResult last = (await run.ConsumeAsync()).ShouldExit(0);

        string books = FormattableString.Invariant($"{oracle.Sum(row => row.Count):N0}");
        Assert.Contains($"{books} read = {books} in windows + 0 late + 0 quarantined + 0 repeated", last.Error, StringComparison.Ordinal);
        await Oracle.AssertEqualAsync(oracle, store);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
