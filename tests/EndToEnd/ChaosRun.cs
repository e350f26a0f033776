using System.Diagnostics;
using System.Text.Json;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>
/// Three consumers share a stream that is written and resharded, while they are killed, paused past their leases and restarted at
/// random: the lake is the oracle's, and the books are those of the records.
/// </summary>
internal sealed class ChaosRun(string folder, IReadOnlyDictionary<string, string> variables, string stream, string lake, int seed) : IDisposable
{
    private const int Workers = 3;
    private const int ShortRun = 9;

    private readonly Process?[] _consumers = new Process?[Workers];
    private readonly Random _random = new(seed);

    /// <summary>Kills, pauses and restarts; <c>STREAMING_CHAOS=30</c> makes it that many.</summary>
    public static int Strikes { get; } = int.TryParse(Environment.GetEnvironmentVariable("STREAMING_CHAOS"), out int wanted) ? wanted : ShortRun;

    /// <param name="ticks">How many there are, to spread them over the strikes.</param>
    /// <param name="inputs">What the producer is to replay.</param>
    public async Task RunAsync(long ticks, IEnumerable<string> inputs)
    {
        (await ProducerAsync("stream", "create", "--shards", "3")).ShouldExit(0);
        for (int i = 0; i < Workers; i++) _consumers[i] = StartConsumer();

        // So slow that it ends at about the last strike.
        Task<CliResult> replay = ProducerAsync(["replay", .. inputs, "--speed", "max", "--rate", $"{ticks / (Strikes * 2)}"]);
        for (int strike = 0; strike < Strikes; strike++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(200, 2500)), TimeProvider.System);
            if (strike == Strikes / 3) (await ProducerAsync("stream", "split", "--shard", "shardId-000000000001")).ShouldExit(0);
            if (strike == Strikes * 2 / 3) (await ProducerAsync("stream", "merge", "--shard", "shardId-000000000003", "--with", "shardId-000000000004")).ShouldExit(0);
            await StrikeAsync();
        }

        (await replay).ShouldExit(0);
        foreach (Process? consumer in _consumers) await SignalAsync(consumer!, "TERM");
        foreach (Process? consumer in _consumers) await consumer!.WaitForExitAsync();
        (await ConsumerAsync("run", "--once", "--lease-duration", "1s")).ShouldExit(0);
    }

    public async Task AssertBooksAsync(long ticks, long repeated)
    {
        CliResult status = await ConsumerAsync("status", "--json");
        using var json = JsonDocument.Parse(status.Output);
        JsonElement books = json.RootElement.GetProperty("books");
        (long, long, long) actual = (books.GetProperty("read").GetInt64(), books.GetProperty("windowed").GetInt64(), books.GetProperty("repeated").GetInt64());
        Assert.True((ticks + repeated, ticks, repeated) == actual, $"seed {seed}: {ticks} ticks, {repeated} repeated, and {status.Output}");
    }

    private async Task StrikeAsync()
    {
        int victim = _random.Next(Workers);
        Process consumer = _consumers[victim]!;
        switch (_random.Next(4))
        {
            case 0:
                // Sleeps past its lease, and wakes up while another owns its shards.
                await SignalAsync(consumer, "STOP");
                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(500, 4000)), TimeProvider.System);
                await SignalAsync(consumer, "CONT");
                break;
            case 1:
                await SignalAsync(consumer, "TERM");
                await consumer.WaitForExitAsync();
                // 143: it was so young that it did not handle signals yet.
                Assert.True(consumer.ExitCode is 0 or 143, $"seed {seed}: exit code {consumer.ExitCode}");
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
        Process consumer = Cli.Start(
            "consumer", folder, variables, "run", "--stream", stream, "--lake", lake, "--flush-interval", "200ms", "--lease-duration", "1s", "--http", "off");
        // Nobody reads what it says; a full pipe would stop it.
        consumer.BeginErrorReadLine();
        consumer.BeginOutputReadLine();
        return consumer;
    }

    private Task<CliResult> ProducerAsync(params string[] args) => Cli.RunAsync("producer", folder, variables, [.. args, "--stream", stream]);

    private Task<CliResult> ConsumerAsync(params string[] args) => Cli.RunAsync("consumer", folder, variables, [.. args, "--stream", stream, "--lake", lake]);

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
    }
}
