using Streaming.Consumer;
using Streaming.Consumer.Commands;
using Streaming.Consumer.EventTime;
using Streaming.Shared.CommandLine;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>An older day that comes after a newer one is told while it comes, however much came in time before.</summary>
public sealed class MostlyLateTests
{
    private const int Batch = 100;
    private const int OlderSeconds = -86_400;

    private readonly InMemoryStream _stream = new(1, Batch, new ManualTimeProvider(PipelineRun.Now));
    private readonly LogLines _log = new();

    [Fact]
    public async Task OlderDayAfterANewerOne_IsToldOnce()
    {
        Put(0, 5_000);
        Put(OlderSeconds, 3_000);
        Books books = await ConsumeAsync();
        Assert.Equal((5_000, 3_000, false), (books.Windowed, books.Late, books.IsMostlyLate));
        string line = Assert.Single(_log.Errors.Select(error => error.Message), line => line.Contains("came too late for their windows", StringComparison.Ordinal));
        Assert.Contains("1000 of the last 1000 ticks", line, StringComparison.Ordinal);
        Assert.Contains("--backfill", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FewerTicksThanAreJudgedTogether_AreJudgedAtTheEnd()
    {
        Put(0, 1);
        Put(OlderSeconds, 3);
        Books books = await ConsumeAsync();
        Assert.True(books.IsMostlyLate);
        Assert.Single(_log.Errors.Select(error => error.Message), line => line.Contains("3 of the last 4 ticks came too late", StringComparison.Ordinal));
        using var asked = new CancellationTokenSource();
        Assert.Equal(ExitCode.Incomplete, RunCommand.CodeOf(books, asked.Token));
        asked.Cancel();
        Assert.Equal(ExitCode.Done, RunCommand.CodeOf(books, asked.Token));
    }

    // A feed that goes on has no end at which to judge.
    [Fact]
    public void FewLateTicksBeforeAPause_AreTold()
    {
        var log = new TickLog();
        var faults = new ShardFaultLog("shard", default, _log);
        log.Tick("A", 0, 1);
        log.Records(Enumerable.Range(OlderSeconds, 100).Select(second => TickLog.Json("A", second, 1)));
        faults.Tell(log.Last);
        Assert.Empty(_log.Errors);
        log.Records(Array.Empty<string>());
        faults.Tell(log.Last);
        Assert.Contains("100 of the last 101 ticks", Assert.Single(_log.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SomeLateTicks_AreToldByTheirCountAlone()
    {
        for (int i = 0; i < 10; i++)
        {
            Put(i * 300, 300);
            Put(OlderSeconds, 90);
        }

        Assert.Equal((3_000, 900, false), (await ConsumeAsync()) is var books ? (books.Windowed, books.Late, books.IsMostlyLate) : default);
        Assert.DoesNotContain(_log.Errors.Select(error => error.Message), line => line.Contains("came too late", StringComparison.Ordinal));
    }

    private void Put(int fromSecond, int count)
    {
        for (int i = 0; i < count; i++) _stream.Put("A", TickLog.Json("A", fromSecond + i, 1));
    }

    private async Task<Books> ConsumeAsync()
    {
        ConsumerService service = PipelineRun.Service(_stream, new InMemoryObjectStore(), new ConsumerOptions { Once = true }, loggers: _log);
        await PipelineRun.RunAsync(service, _stream);
        return service.BooksNow;
    }
}
