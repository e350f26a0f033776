using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>Real producers that are stopped in the middle and continued: the consumer counts every tick once.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Ticks = 20_000;

    private readonly ScratchFolder _folder = new();

    [Theory]
    [InlineData("KILL", 128 + 9)]
    [InlineData("TERM", 128 + 15)]
    public async Task ReplayStoppedTwiceAndResumed_CountsEveryTickOnce(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "sample", "--tickers", "5")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "stream", "create")).ShouldExit(0);
        // Ten seconds of records, of which each attempt sends some.
        string[] replay = ["replay", "sample", "--limit", Ticks.ToString(CultureInfo.InvariantCulture), "--speed", "max"];
        await StopAsync(signal, code, 0, [.. replay, "--rate", "2000"]);
        await StopAsync(signal, code, NotedSeq(), [.. replay, "--rate", "2000", "--resume"]);
        CliResult last = (await Cli.ProducerAsync(_folder.Path, [.. replay, "--resume"])).ShouldExit(0);
        Assert.Contains("resuming run ", last.Error, StringComparison.Ordinal);

        CliResult run = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Matches("read = 20,000 in windows \\+ 0 late \\+ 0 quarantined \\+ [0-9,]+ repeated", run.Error);
        // Nothing is sent again after a clean stop.
        if (signal == "TERM") Assert.Contains(" + 0 repeated", run.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is left", (await Cli.ProducerAsync(_folder.Path, [.. replay, "--resume"])).ShouldExit(0).Error, StringComparison.Ordinal);
    }

    /// <summary>Stops a replay once it has noted more than there was.</summary>
    private async Task StopAsync(string signal, int code, long before, string[] args)
    {
        using Process replay = Cli.Start("producer", _folder.Path, args);
        Task<string> errors = replay.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (NotedSeq() <= before)
        {
            Assert.False(replay.HasExited, replay.HasExited ? await errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }

        using Process kill = Process.Start("kill", ["-s", signal, replay.Id.ToString(CultureInfo.InvariantCulture)]);
        await replay.WaitForExitAsync(limit.Token);
        Assert.True(replay.ExitCode == code, $"exit code {replay.ExitCode}: {await errors}");
        Assert.InRange(NotedSeq(), before + 1, Ticks - 1);
        if (signal == "TERM") Assert.Contains("--resume sends the rest", await errors, StringComparison.Ordinal);
    }

    private long NotedSeq()
    {
        string folder = _folder["data/replays"];
        string? position = Directory.Exists(folder) ? Directory.GetFiles(folder, "position.json", SearchOption.AllDirectories).SingleOrDefault() : null;
        return position is null ? 0 : long.Parse(Regex.Match(File.ReadAllText(position), "\"seq\": ([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    public void Dispose() => _folder.Dispose();
}
