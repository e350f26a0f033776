using Streaming.Consumer.EventTime;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>A stream that gives records again, and a producer that puts them again, before and after a restart of the consumer.</summary>
public sealed class RedeliveryTests
{
    private readonly InMemoryObjectStore _lake = new();

    [Fact]
    public async Task RecordsGivenAgain_ChangeNothingButTheirCount()
    {
        Books once = await PipelineRun.ConsumeAsync(CrashTests.Stream(), _lake);
        InMemoryStream stream = CrashTests.Stream();
        stream.Redelivered = 7;
        var lake = new InMemoryObjectStore();
        Books books = await PipelineRun.ConsumeAsync(stream, lake);
        long again = books.Read - once.Read;
        Assert.True(again > 70, $"{again} records were given again");
        Assert.Equal(once with { Read = once.Read + again, Repeated = once.Repeated + again }, books);
        Assert.Equal(await PipelineRun.ContentAsync(_lake), await PipelineRun.ContentAsync(lake));
    }

    [Fact]
    public async Task RecordsGivenAgainAfterCrashes_ChangeNothingButTheirCount()
    {
        Books once = await PipelineRun.ConsumeAsync(CrashTests.Stream(), _lake);
        string expected = await PipelineRun.ContentAsync(_lake);
        for (int at = 3; at < 100; at += 8)
        {
            var lake = new InMemoryObjectStore();
            int call = 0;
            var faulty = new FaultyObjectStore(lake, (_, _) => Interlocked.Increment(ref call) - 1 == at ? Fault.CrashAfter : Fault.None);
            InMemoryStream stream = CrashTests.Stream();
            stream.Redelivered = 7;
            await Assert.ThrowsAsync<ProcessCrashException>(() => PipelineRun.ConsumeAsync(stream, faulty));
            Books books = await PipelineRun.ConsumeAsync(stream, lake);
            Assert.Equal((once.Windowed, once.Late, once.Quarantined, true), (books.Windowed, books.Late, books.Quarantined, books.Balance));
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"another lake after a crash at call {at}");
        }
    }

    [Fact]
    public async Task RecordsPutAgainAfterARestart_AreStillKnown()
    {
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, new ManualTimeProvider(PipelineRun.Now));
        string[] records = [.. Enumerable.Range(0, 30).Select(i => TickLog.Json("T" + (i % 3), i, 1, RepeatTests.Fields("run" + (i % 2), i)))];
        foreach (string record in records) stream.Put("T", record);
        await PipelineRun.ConsumeAsync(stream, _lake);
        string rows = await PipelineRun.ContentAsync(_lake);

        foreach (string record in records) stream.Put("T", record);
        Assert.Equal(new Books(60, 30, 0, 0, 30), await PipelineRun.ConsumeAsync(stream, _lake));
        Assert.Equal(rows, await PipelineRun.ContentAsync(_lake));

        // What the second run wrote knows them too, and books that only repeats have changed are stored.
        stream.Put("T", records[0]);
        Assert.Equal(new Books(61, 30, 0, 0, 31), await PipelineRun.ConsumeAsync(stream, _lake));
        Assert.Equal(new Books(61, 30, 0, 0, 31), await PipelineRun.ConsumeAsync(stream, _lake));
    }

    [Fact]
    public async Task RepeatsToBeKept_Count()
    {
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, new ManualTimeProvider(PipelineRun.Now));
        for (int i = 0; i < 2; i++) stream.Put("A", TickLog.Json("A", 5, 1, RepeatTests.Fields("run", 0)));
        Assert.Equal(2, (await PipelineRun.ConsumeAsync(stream, _lake, PipelineRun.Eager with { DropRepeats = false })).Windowed);
    }
}
