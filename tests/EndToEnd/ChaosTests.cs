using System.Diagnostics;
using System.Text.Json;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>
/// Three consumers share a stream that is written and resharded, while they are killed, paused past their leases and restarted at
/// random: the lake is the oracle's. <c>STREAMING_CHAOS=30</c> makes it that many strikes.
/// </summary>
public sealed class ChaosTests : IDisposable
{
    private const int Workers = 3;
    private const int ShortRun = 9;

    private readonly ScratchFolder _folder = new();
    private readonly Process?[] _consumers = new Process?[Workers];

    [Theory]
    [InlineData(20240102)]
    public async Task ConsumersKilledPausedAndRestartedWhileTheStreamIsResharded_LeaveTheOracle(int seed)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        int strikes = int.TryParse(Environment.GetEnvironmentVariable("STREAMING_CHAOS"), out int wanted) ? wanted : ShortRun;
        var random = new Random(seed);
        List<OracleRow> oracle = Oracle.LoadAll();
        long ticks = oracle.Sum(row => row.Count);
        (await Cli.ProducerAsync(_folder.Path, "stream", "create", "--shards", "3")).ShouldExit(0);
        for (int i = 0; i < Workers; i++) _consumers[i] = StartConsumer();

        // So slow that it ends at about the last strike.
        Task<CliResult> replay = Cli.ProducerAsync(
            _folder.Path, ["replay", .. Oracle.Files.Select(Oracle.InputOf), "--speed", "max", "--rate", $"{ticks / (strikes * 2)}"]);
        for (int strike = 0; strike < strikes; strike++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 2500)), TimeProvider.System);
            if (strike == strikes / 3) (await Cli.ProducerAsync(_folder.Path, "stream", "split", "--shard", "shardId-000000000001")).ShouldExit(0);
            if (strike == strikes * 2 / 3)
                (await Cli.ProducerAsync(_folder.Path, "stream", "merge", "--shard", "shardId-000000000003", "--with", "shardId-000000000004")).ShouldExit(0);
            await StrikeAsync(random);
        }

        (await replay).ShouldExit(0);
        foreach (Process? consumer in _consumers) await SignalAsync(consumer!, "TERM");
        foreach (Process? consumer in _consumers) await consumer!.WaitForExitAsync();
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--lease-duration", "1s")).ShouldExit(0);

        await Oracle.AssertEqualAsync(oracle, _folder["data/lake"], anyTie: true);
        CliResult status = await Cli.ConsumerAsync(_folder.Path, "status", "--json");
        using var json = JsonDocument.Parse(status.Output);
        JsonElement books = json.RootElement.GetProperty("books");
        Assert.True(ticks == books.GetProperty("read").GetInt64() && ticks == books.GetProperty("windowed").GetInt64(), $"seed {seed}: {status.Output}");
    }

    private async Task StrikeAsync(Random random)
    {
        int victim = random.Next(Workers);
        Process consumer = _consumers[victim]!;
        switch (random.Next(4))
        {
            case 0:
                // Sleeps past its lease, and wakes up while another owns its shards.
                await SignalAsync(consumer, "STOP");
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 4000)), TimeProvider.System);
                await SignalAsync(consumer, "CONT");
                break;
            case 1:
                await SignalAsync(consumer, "TERM");
                await consumer.WaitForExitAsync();
                Assert.Equal(0, consumer.ExitCode);
                _consumers[victim] = Restart(consumer);
                break;
            default:
                consumer.Kill();
                await consumer.WaitForExitAsync();
                _consumers[victim] = Restart(consumer);
                break;
        }
    }

    private Process Restart(Process dead)
    {
        dead.Dispose();
        return StartConsumer();
    }

    private Process StartConsumer()
    {
        Process consumer = Cli.Start("consumer", _folder.Path, "run", "--flush-interval", "200ms", "--lease-duration", "1s", "--http", "off");
        // Nobody reads what it says; a full pipe would stop it.
        consumer.BeginErrorReadLine();
        consumer.BeginOutputReadLine();
        return consumer;
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        foreach (Process? consumer in _consumers)
        {
            if (consumer is { HasExited: false }) consumer.Kill();
            consumer?.Dispose();
        }

        _folder.Dispose();
    }
}
