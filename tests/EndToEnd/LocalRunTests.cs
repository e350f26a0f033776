using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>The first command of the README.</summary>
public sealed class LocalRunTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task SampleRun_PrintsTheSameRowsEachTime()
    {
        CliResult first = (await Cli.RunAsync("deploy/local", _folder.Path)).ShouldExit(0);
        Assert.Contains("97,807 ticks in 3,900 windows, 10 objects, 0 late, 0 quarantined; lake: ./data/local/lake", first.Output, StringComparison.Ordinal);
        CliResult second = (await Cli.RunAsync("deploy/local", _folder.Path)).ShouldExit(0);
        Assert.Equal(first.Output, second.Output);
    }

    [Fact]
    public async Task OwnHistory_IsReplayedInstead()
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "own", "--tickers", "1", "--seed", "7")).ShouldExit(0);
        CliResult run = (await Cli.RunAsync("deploy/local", _folder.Path, "own/*.parquet")).ShouldExit(0);
        Assert.Contains("in 390 windows, 1 objects, 0 late", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./nothing.parquet")]
    [InlineData("--no-such-option")]
    public async Task Mistake_IsShortAndExitCode2(string arg)
    {
        CliResult run = (await Cli.RunAsync("deploy/local", _folder.Path, arg)).ShouldExit(2);
        Assert.Empty(run.Output);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
