using System.Diagnostics;
using System.Text.RegularExpressions;
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

    [Fact]
    public async Task Live_ShowsThePageUntilItIsToldToStop()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs SIGTERM");
        using Process local = Cli.Start("deploy/local", _folder.Path, "--live", "--http", "127.0.0.1:0");
        try
        {
            await WatchAndStopAsync(local).WaitAsync(TimeSpan.FromMinutes(5), TimeProvider.System);
        }
        finally
        {
            if (!local.HasExited) local.Kill(entireProcessTree: true);
        }
    }

    private static async Task WatchAndStopAsync(Process local)
    {
        Task<string> output = local.StandardOutput.ReadToEndAsync();
        string? line;
        Uri? page = null;
        while (page is null && (line = await local.StandardError.ReadLineAsync()) is not null)
        {
            // Port 0 is any that is free: the log says which.
            if (Regex.Match(line, @"http://127\.0\.0\.1:[1-9]\d*") is { Success: true, Value: var found }) page = new Uri(found);
        }

        Task<string> errors = local.StandardError.ReadToEndAsync();
        using var http = new HttpClient();
        using var events = new StreamReader(await http.GetStreamAsync(new Uri(page!, "/live/events")));
        string all = "";
        while (!all.Contains("\"AAPL\"", StringComparison.Ordinal) && await events.ReadLineAsync() is { } message) all = message;
        Assert.Contains("\"AAPL\"", all, StringComparison.Ordinal);

        await Cli.StopAsync(local);
        Assert.Equal(0, local.ExitCode);
        Assert.Contains("books since the beginning:", await errors, StringComparison.Ordinal);
        Assert.Empty(await output);
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
