using System.Diagnostics;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>Real market data through the real programs, against rows that another program made with SQL.</summary>
public sealed class OracleTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public static TheoryData<string> Files => [.. Oracle.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_IsItsOracle(string file)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        await ReplayAsync(Oracle.InputOf(file));
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        await Oracle.AssertEqualAsync(Oracle.Load(file), _folder["data/lake"]);
    }

    [Fact]
    public async Task AllFilesAtOnce_AreTheirOracles()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        await ReplayAsync([.. Oracle.Files.Select(Oracle.InputOf)]);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        await Oracle.AssertEqualAsync(Oracle.LoadAll(), _folder["data/lake"], anyTie: true);
    }

    [Fact]
    public async Task ConsumerKilledAgainAndAgain_LeavesTheOracle()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        await ReplayAsync(Oracle.InputOf("fx_ticks"));
        for (int kill = 1; kill <= 6; kill++) await KillAfterProgressAsync();
        CliResult last = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Contains("316,309 read = 316,309 in windows + 0 late + 0 quarantined + 0 repeated", last.Error, StringComparison.Ordinal);
        await Oracle.AssertEqualAsync(Oracle.Load("fx_ticks"), _folder["data/lake"]);
    }

    [Fact]
    public async Task ConsumerStopped_DrainsAndTheNextGoesOn()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        using Process consumer = StartAfterCreate();
        await ReplayAsync(Oracle.InputOf("crypto_second_bars"));
        await Cli.StopAsync(consumer);
        Assert.True(consumer.ExitCode == 0, await consumer.StandardError.ReadToEndAsync());
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        await Oracle.AssertEqualAsync(Oracle.Load("crypto_second_bars"), _folder["data/lake"]);
    }

    private Process StartAfterCreate()
    {
        Cli.ProducerAsync(_folder.Path, "stream", "create", "--stream", "./data/stream", "--shards", "4").GetAwaiter().GetResult().ShouldExit(0);
        return Cli.Start("consumer", _folder.Path, "run", "--flush-interval", "100ms");
    }

    /// <summary>Kills the consumer with SIGKILL once its checkpoints have moved since it was started.</summary>
    private async Task KillAfterProgressAsync()
    {
        string checkpoints = Directory.CreateDirectory(_folder["data/lake/checkpoints/avg-1min"]).FullName;
        var moved = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(checkpoints, "pointer") { IncludeSubdirectories = true, EnableRaisingEvents = true };
        // The first writes of a shard's pointer take its lease; some later one moves its position.
        int writes = 0;
        void Written(object sender, FileSystemEventArgs change)
        {
            if (Interlocked.Increment(ref writes) > 12) moved.TrySetResult();
        }

        watcher.Renamed += Written;
        watcher.Created += Written;
        watcher.Changed += Written;
        using Process consumer = Cli.Start("consumer", _folder.Path, "run", "--once", "--flush-interval", "1ms", "--lease-duration", "500ms");
        await Task.WhenAny(moved.Task, consumer.WaitForExitAsync());
        consumer.Kill();
        await consumer.WaitForExitAsync();
    }

    private async Task ReplayAsync(params string[] inputs)
        => (await Cli.ProducerAsync(_folder.Path, ["replay", .. inputs, "--speed", "max", "--create-stream", "--shards", "4"])).ShouldExit(0);

    public void Dispose() => _folder.Dispose();
}
