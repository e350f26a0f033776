using System.Diagnostics;
using System.Globalization;
using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>Real processes that put on one stream and reshard it, killed with SIGKILL at any moment and started again.</summary>
public sealed class KilledProcessTests(ITestOutputHelper output)
{
    private const int Producers = 3;
    private const int KillsPerProducer = 6;
    private const int MostKillsUntilOneIsUnpublished = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task KilledAtAnyMoment_LoseNoAcknowledgedRecordAndTearNothing(int resharders)
    {
        int seed = Environment.TickCount;
        using var log = new LocalLog(segmentBytes: 1 << 20);
        await using LocalStream stream = log.Open();
        await stream.CreateAsync(4, default);

        // One reader follows all the time: what it sees once must be what is there in the end.
        using var done = new CancellationTokenSource();
        Task<List<Seen>> follower = Task.Factory.StartNew(
            () => stream.FollowAsync(done.Token), default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        Task<int[][]> puts = Task.WhenAll(Enumerable.Range(0, Producers).Select(p => RunAndKillAsync(log.Folder, $"key{p}", new Random(seed + p))));
        Task<int>[] reshards = [.. Enumerable.Range(0, resharders).Select(r => ReshardAndKillAsync(log.Folder, new Random(seed - 1 - r), puts))];
        int[][] acknowledged = await puts;
        int acknowledgedShards = (await Task.WhenAll(reshards)).Append(4).Max();
        await stream.PutAsync(("last", "last"));
        done.Cancel();
        List<Seen> followed = await follower;

        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        Assert.True(shards.Count >= acknowledgedShards, $"seed {seed}: there were {acknowledgedShards} shards and are {shards.Count}");
        Assert.True(shards.Count > 4 || resharders == 0, $"seed {seed}: there was no reshard");
        // No record where its key does not belong, and none in a closed shard that came after the reader had left it.
        var all = new List<Seen>();
        foreach (Shard shard in shards)
        {
            List<Seen> held = await stream.ReadAllAsync(shard.Id);
            Assert.All(held, record => Assert.True(shard.Owns(HashKey.Of(Encoding.UTF8.GetBytes(record.Text.Split(':')[0]))), $"seed {seed}: {record} in {shard}"));
            all.AddRange(held);
        }

        Assert.Equal(all.OrderBy(record => record.Number), followed.OrderBy(record => record.Number));
        output.WriteLine($"seed {seed}: {followed.Count} records, {shards.Count} shards");
        string[] texts = [.. followed.Texts()];
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

    // A producer that is killed between its sync and the publication of the end leaves records that only a reader can find. The kill is repeated until it
    // falls there.
    [Fact]
    public async Task RecordsOfAKilledProducer_ReachARunningReaderWithoutAnybodysHelp()
    {
        using var log = new LocalLog();
        await log.PutAsync("first:0");
        await using LocalStream stream = log.Open();
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        var random = new Random(Environment.TickCount);
        int unpublished = 0;
        for (int run = 1; run <= MostKillsUntilOneIsUnpublished && unpublished == 0; run++)
        {
            using Process child = Start("put-records", log.Folder, "A", $"{run * 1_000_000}", "1000000");
            for (int left = random.Next(1, 20); left > 0; left--) await child.StandardOutput.ReadLineAsync();
            SpinFor(random.Next(2000));
            child.Kill();
            await child.WaitForExitAsync();

            Dictionary<string, string> before = log.Files();
            var seen = new List<Seen>();
            RecordBatch batch;
            do
            {
                batch = await reader.ReadAsync(default);
                seen.AddRange(batch);
            }
            while (batch.Count > 0 || batch.MillisBehindLatest > 0);

            // What a fresh reader finds, which looks behind the published end too, is what the running one has seen.
            ulong published = SyncedEnd.Read(new StreamFolder(log.Folder), (await SeedAsync(log)))!.Value.Last;
            List<Seen> all = await log.ReadAsync();
            Assert.Equal(all[^1].Number, seen[^1].Number);
            Assert.Equal(before, log.Files());
            if (all[^1].Number > published) unpublished++;
        }

        output.WriteLine($"{unpublished} kills left records that were not published");
        Assert.SkipWhen(unpublished == 0, "no kill fell between a sync and the publication of the end");
    }

    private static async Task<uint> SeedAsync(LocalLog log) => StreamManifest.Parse(await File.ReadAllBytesAsync(log.Manifest)).ChecksumSeed;

    private static async Task<int[]> RunAndKillAsync(string folder, string key, Random random)
    {
        var acknowledged = new List<int>();
        for (int run = 1; run <= KillsPerProducer; run++)
        {
            using Process child = Start("put-records", folder, key, $"{run * 1_000_000}", "1000000");
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

    /// <summary>Until all is put; returns the largest number of shards that was acknowledged.</summary>
    private static async Task<int> ReshardAndKillAsync(string folder, Random random, Task puts)
    {
        int most = 0;
        while (!puts.IsCompleted)
        {
            using Process child = Start("reshard", folder, $"{random.Next()}");
            for (int left = random.Next(1, 8); left > 0 && await child.StandardOutput.ReadLineAsync() is { } line; left--)
                most = Math.Max(most, int.Parse(line, CultureInfo.InvariantCulture));
            SpinFor(random.Next(2000));
            child.Kill();
            await child.WaitForExitAsync();
            Assert.NotEqual(0, child.ExitCode);
        }

        return most;
    }

    private static void SpinFor(int micros)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalMicroseconds < micros;) Thread.SpinWait(50);
    }

    private static Process Start(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Streaming.Tests.ChildProcess.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])[program, .. arguments]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
