using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Flushing;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>A flush knows what it wrote before, up to a bound of bytes; beyond it, it gets the objects again, and the rows are the same.</summary>
public sealed class KnownObjectsTests
{
    // One minute of each ticker, and then the same again. A is put in every second flush, B and C in every fourth.
    private const string Tickers = "ABAC";
    private const int Rounds = 6;

    [Fact]
    public async Task Objects_AreGotAgainOnlyBeyondTheBudget_TheOldestFirst()
    {
        (int gets, string expected, long largest) = await RunAsync(MemoryBudget.DefaultObjectBytes);
        // Once each, before the first put.
        Assert.Equal(3, gets);

        // With room for two of the three, B gives way to C and C to B.
        (gets, string content, _) = await RunAsync(2 * largest);
        Assert.Equal(1 + (2 * Rounds), gets);
        Assert.Equal(expected, content);

        (gets, content, _) = await RunAsync(objectBytes: 1);
        Assert.Equal(Tickers.Length * Rounds, gets);
        Assert.Equal(expected, content);
    }

    private static async Task<(int Gets, string Content, long Largest)> RunAsync(long objectBytes)
    {
        var clock = new ManualTimeProvider(PipelineRun.Now);
        var lake = new InMemoryObjectStore();
        // A batch is one record, which is flushed by itself.
        var stream = new InMemoryStream(1, 1, clock);
        for (int i = 0; i < Rounds * Tickers.Length; i++) stream.Put($"{Tickers[i % Tickers.Length]}", TickLog.Json($"{Tickers[i % Tickers.Length]}", i * 60, 1));

        int gets = 0;
        var store = new FaultyObjectStore(lake, (operation, key) =>
        {
            if (operation == "get" && key.StartsWith(LakeLayout.Table, StringComparison.Ordinal)) gets++;
            return Fault.None;
        });
        var service = new ConsumerService(stream, store, PipelineRun.Eager with { WorkerId = "worker" }, clock, new Random(1), NullLoggerFactory.Instance)
        {
            Budget = new MemoryBudget(windows: 1, objectBytes: objectBytes),
        };
        await PipelineRun.RunAsync(service, stream);
        long largest = 0;
        await foreach (string key in lake.ListAsync(LakeLayout.Table, CancellationToken.None))
            largest = Math.Max(largest, (await lake.GetAsync(key, CancellationToken.None))!.Content.Length);
        return (gets, await PipelineRun.ContentAsync(lake), largest);
    }
}
