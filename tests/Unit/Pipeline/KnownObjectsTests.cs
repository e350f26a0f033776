using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Flushing;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>A flush knows what it wrote before, up to a bound of bytes; beyond it, it gets the objects again, and the rows are the same.</summary>
public sealed class KnownObjectsTests
{
    private const int Minutes = 20;

    [Fact]
    public async Task Objects_AreGotAgainOnlyBeyondTheBudget()
    {
        (int few, string known) = await RunAsync(MemoryBudget.DefaultObjectBytes);
        (int some, string oldest) = await RunAsync(objectBytes: 3000);
        (int many, string forgotten) = await RunAsync(objectBytes: 1);
        // Once each, before the first put.
        Assert.Equal(2, few);
        // Room for one of the two: what was written last is not what is needed next.
        Assert.InRange(some, 3, 2 * Minutes);
        Assert.Equal(2 * Minutes, many);
        Assert.Equal(known, oldest);
        Assert.Equal(known, forgotten);
    }

    private static async Task<(int Gets, string Content)> RunAsync(long objectBytes)
    {
        var clock = new ManualTimeProvider(PipelineRun.Now);
        var lake = new InMemoryObjectStore();
        var stream = new InMemoryStream(1, 1, clock);
        // A batch is one record, which is flushed by itself: each object is put in every other flush.
        for (int minute = 0; minute < Minutes; minute++)
        {
            stream.Put("A", TickLog.Json("A", minute * 60, 1));
            stream.Put("B", TickLog.Json("B", minute * 60, 2));
        }

        int gets = 0;
        var store = new FaultyObjectStore(lake, (operation, key) =>
        {
            if (operation == "get" && key.StartsWith(LakeLayout.Table, StringComparison.Ordinal)) gets++;
            return Fault.None;
        });
        ConsumerOptions options = PipelineRun.Eager with { Grace = TimeSpan.Zero, WorkerId = "worker" };
        var service = new ConsumerService(stream, store, options, clock, new Random(1), NullLoggerFactory.Instance)
        {
            Budget = new MemoryBudget(windows: 1, objectBytes: objectBytes),
        };
        await PipelineRun.RunAsync(service, stream);
        return (gets, await PipelineRun.ContentAsync(lake));
    }
}
