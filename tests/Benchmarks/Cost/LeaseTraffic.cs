using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Cost;

/// <summary>
/// Counts the bytes that several workers move for leases and checkpoints in one minute of a feed, in virtual time: renewals, looks at the others' leases,
/// and one save of each shard.
/// </summary>
internal static class LeaseTraffic
{
    private const int Shards = 4;
    private const int Workers = 3;

    /// <summary>More than the allowed lateness, so that each ticker has as many windows as it comes to have.</summary>
    private const int Minutes = 15;

    private static readonly DateTimeOffset Start = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    public static int Run(int tickers)
    {
        var clock = new ManualTimeProvider(Start);
        var lake = new CountedStore();
        VirtualThread.Run(clock, () => RunAsync(clock, new InMemoryStream(Shards, 10_000, clock), lake, tickers));
        Console.WriteLine($"a minute of leases and checkpoints: {tickers} tickers with a tick a minute, {Shards} shards, {Workers} workers, defaults else");
        Console.WriteLine();
        Console.WriteLine("| object | PUT | GET | DELETE | MB |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        foreach ((string kind, long bytes) in lake.Bytes)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {kind} | {lake.Puts.GetValueOrDefault(kind):N0} | {lake.Gets.GetValueOrDefault(kind):N0} | {lake.Deletes.GetValueOrDefault(kind):N0} | {bytes / 1e6:N2} |"));
        }

        return 0;
    }

    private static async Task RunAsync(ManualTimeProvider clock, InMemoryStream stream, CountedStore lake, int tickers)
    {
        using var drain = new CancellationTokenSource();
        Task[] workers = [.. Enumerable.Range(0, Workers).Select(i => new ConsumerService(
            stream, lake, new ConsumerOptions { WorkerId = $"worker-{i}" }, clock, new Random(i), NullLoggerFactory.Instance).RunAsync(drain.Token))];
        for (int minute = 0; minute < Minutes; minute++)
        {
            if (minute == Minutes - 1) lake.Reset();
            for (int i = 0; i < tickers; i++) Put(stream, $"T{i:D5}", clock.GetUtcNow());
            await Task.Delay(TimeSpan.FromMinutes(1), clock);
        }

        lake.IsCounting = false;
        drain.Cancel();
        await Task.WhenAll(workers);
    }

    private static void Put(InMemoryStream stream, string ticker, DateTimeOffset at)
        => stream.Put(
            Encoding.UTF8.GetBytes(ticker),
            Encoding.UTF8.GetBytes($$"""{"ticker":"{{ticker}}","timestamp":"{{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss}}+00:00","close":123.45,"volume":100,"run":"feed","seq":{{at.ToUnixTimeSeconds()}}}"""));
}
