using System.Diagnostics;
using System.Globalization;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>Real producer processes on one stream, killed with SIGKILL at any moment and started again.</summary>
public sealed class KilledProducerTests
{
    private const int Producers = 3;
    private const int KillsPerProducer = 6;

    [Fact]
    public async Task ProducersKilledAtAnyMoment_LoseNoAcknowledgedRecordAndTearNothing()
    {
        int seed = Environment.TickCount;
        using var log = new LocalLog(segmentBytes: 1 << 20);
        await using LocalStream stream = log.Open();
        await stream.CreateAsync(4, default);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);

        // One reader follows all the time: what it sees once must be what is there in the end.
        using var done = new CancellationTokenSource();
        Task<List<Seen>>[] followers = [.. shards.Select(shard => Task.Factory.StartNew(
            () => FollowAsync(stream, shard.Id, done.Token), default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())];
        int[][] acknowledged = await Task.WhenAll(Enumerable.Range(0, Producers).Select(p => RunAndKillAsync(log.Folder, $"key{p}", new Random(seed + p))));
        await stream.PutAsync(("last", "last"));
        done.Cancel();
        List<Seen>[] followed = await Task.WhenAll(followers);

        for (int i = 0; i < shards.Count; i++) Assert.Equal(await stream.ReadAllAsync(shards[i].Id), followed[i]);
        string[] texts = [.. followed.SelectMany(seen => seen.Texts())];
        for (int p = 0; p < Producers; p++)
        {
            int[] numbers = [.. texts.Where(t => t.StartsWith($"key{p}:", StringComparison.Ordinal)).Select(t => int.Parse(t.Split(':')[1], CultureInfo.InvariantCulture))];
            // Every producer process counts from its own base, so a number is there once, and in order.
            Assert.True(numbers.SequenceEqual(numbers.Order().Distinct()), $"seed {seed}: a record of key{p} is there twice or out of order");
            Assert.True(acknowledged[p].Length > 0, $"seed {seed}: nothing of key{p} was acknowledged");
            foreach (int last in acknowledged[p])
                Assert.True(numbers.Contains(last), $"seed {seed}: record {last} of key{p} was acknowledged and is gone");
            // Whatever lies between two numbers of one process came in one batch or was acknowledged: no holes.
            foreach (IGrouping<int, int> run in numbers.GroupBy(n => n / 1_000_000))
                Assert.Equal(Enumerable.Range(run.Key * 1_000_000, run.Count()), run);
        }
    }

    private static async Task<int[]> RunAndKillAsync(string folder, string key, Random random)
    {
        var acknowledged = new List<int>();
        for (int run = 1; run <= KillsPerProducer; run++)
        {
            using Process child = Start(folder, key, run * 1_000_000);
            // The kill comes a random number of acknowledgements later, so it falls anywhere in the next append.
            for (int left = random.Next(1, 60); left > 0 && await child.StandardOutput.ReadLineAsync() is { } line; left--)
                acknowledged.Add(int.Parse(line, CultureInfo.InvariantCulture));
            SpinFor(random.Next(2000));
            child.Kill();
            while (await child.StandardOutput.ReadLineAsync() is { } line)
            {
                if (int.TryParse(line, CultureInfo.InvariantCulture, out int number) && line.Length >= 7) acknowledged.Add(number);
            }

            await child.WaitForExitAsync();
            Assert.NotEqual(0, child.ExitCode);
        }

        return [.. acknowledged];
    }

    private static void SpinFor(int micros)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalMicroseconds < micros;) Thread.SpinWait(50);
    }

    private static Process Start(string folder, string key, int first)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Streaming.Tests.ChildProcess.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])[program, "put-records", folder, key, first.ToString(), "1000000"]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static async Task<List<Seen>> FollowAsync(LocalStream stream, string shardId, CancellationToken done)
    {
        var seen = new List<Seen>();
        await using IShardReader reader = await stream.OpenReaderAsync(shardId, StreamPosition.TrimHorizon, default);
        while (true)
        {
            bool last = done.IsCancellationRequested;
            seen.AddRange(await reader.ReadToTipAsync());
            if (last) return seen;
        }
    }
}
