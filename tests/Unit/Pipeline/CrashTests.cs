using Streaming.Consumer.EventTime;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>The process dies, or an answer is lost, at every single call to the store: the lake ends as if nothing had happened.</summary>
public sealed class CrashTests
{
    private const int Seed = 5;

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public async Task CrashAtAnyCall_ThenRestart_LeavesTheSameLake(Fault crash)
    {
        (string expected, Books books, int calls) = await UninterruptedAsync();
        for (int at = 0; at < calls; at++)
        {
            var lake = new InMemoryObjectStore();
            int call = 0;
            var faulty = new FaultyObjectStore(lake, (_, _) => Interlocked.Increment(ref call) - 1 == at ? crash : Fault.None);
            await Assert.ThrowsAsync<ProcessCrashException>(() => PipelineRun.ConsumeAsync(Stream(), faulty));
            Books again = await PipelineRun.ConsumeAsync(Stream(), lake);
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"seed {Seed}: another lake after a crash at call {at}");
            Assert.Equal(books, again);
        }
    }

    [Fact]
    public async Task CrashAgainAndAgain_ThenRestart_LeavesTheSameLake()
    {
        (string expected, Books books, int _) = await UninterruptedAsync();
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var lake = new InMemoryObjectStore();
            for (int restarts = 0; restarts < 40; restarts++)
            {
                var faulty = new FaultyObjectStore(lake, (_, _) => random.Next(12) == 0 ? (Fault)random.Next(1, 5) : Fault.None);
                try
                {
                    await PipelineRun.ConsumeAsync(Stream(), faulty);
                    break;
                }
                catch (Exception failure) when (failure is ProcessCrashException or StoreUnavailableException)
                {
                    // Start again, as a service manager does.
                }
            }

            Books again = await PipelineRun.ConsumeAsync(Stream(), lake);
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"seed {seed}: another lake after crashes");
            Assert.Equal(books, again);
        }
    }

    [Theory]
    [InlineData(Fault.FailBefore)]
    [InlineData(Fault.FailAfter)]
    public async Task OneCallFails_IsTriedAgainWithoutARestart(Fault fault)
    {
        (string expected, Books books, int calls) = await UninterruptedAsync();
        for (int at = 0; at < calls; at++)
        {
            var lake = new InMemoryObjectStore();
            int call = 0;
            var faulty = new FaultyObjectStore(lake, (_, _) => Interlocked.Increment(ref call) - 1 == at ? fault : Fault.None);
            Assert.Equal(books, await PipelineRun.ConsumeAsync(Stream(), faulty));
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"seed {Seed}: another lake after call {at} failed");
        }
    }

    [Fact]
    public async Task ObjectThatCannotBeWrittenUntilACrash_IsWrittenAfterIt()
    {
        // Its windows leave the allowed lateness meanwhile and the checkpoint moves on: they must still be in it.
        (string expected, Books books, int calls) = await UninterruptedAsync();
        for (int dies = 5; dies <= calls * 2; dies += 3)
        {
            var lake = new InMemoryObjectStore();
            int call = 0;
            var faulty = new FaultyObjectStore(lake, (operation, key) =>
            {
                if (Interlocked.Increment(ref call) >= dies) return Fault.CrashBefore;
                return operation == "put" && key.Contains("ticker=T0", StringComparison.Ordinal) ? Fault.FailBefore : Fault.None;
            });
            // If the stream ends before the crash, the last flush gives up; the process is gone all the same.
            await Assert.ThrowsAnyAsync<Exception>(() => PipelineRun.ConsumeAsync(Stream(), faulty));
            Assert.Equal(books, await PipelineRun.ConsumeAsync(Stream(), lake));
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"seed {Seed}: another lake after a crash at call {dies}");
        }
    }

    private static async Task<(string Content, Books Books, int Calls)> UninterruptedAsync()
    {
        var lake = new InMemoryObjectStore();
        int calls = 0;
        Books books = await PipelineRun.ConsumeAsync(Stream(), new FaultyObjectStore(lake, (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return Fault.None;
        }));
        Assert.True(books is { Late: > 5, Quarantined: > 5, Repeated: > 5 } && books.Balance, $"{books}");
        return (await PipelineRun.ContentAsync(lake), books, calls);
    }

    /// <summary>Two hours of three tickers with disorder, late ticks, garbage and records put again, in one shard and small batches.</summary>
    internal static InMemoryStream Stream() => Stream(new ManualTimeProvider(PipelineRun.Now));

    internal static InMemoryStream Stream(TimeProvider time)
    {
        var random = new Random(Seed);
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 40, time) { Arrivals = new ManualTimeProvider(PipelineRun.Now) };
        var sent = new List<(string Ticker, string Record)>();
        for (int i = 0; i < 400; i++)
        {
            if (random.Next(20) == 0 && sent.Count > 0)
            {
                (string sentTicker, string sentRecord) = sent[random.Next(sent.Count)];
                stream.Put(sentTicker, sentRecord);
            }

            string ticker = "T" + random.Next(3);
            double second = (i * 18) - (random.Next(10) == 0 ? random.Next(300, 2000) : random.Next(60));
            if (random.Next(25) == 0)
            {
                stream.Put(ticker, "garbage " + i);
                continue;
            }

            sent.Add((ticker, TickLog.Json(ticker, Math.Max(0, second), Math.Round(100 + random.NextDouble(), 4), RepeatTests.Fields("run" + (i % 2), i))));
            stream.Put(ticker, sent[^1].Record);
        }

        return stream;
    }
}
