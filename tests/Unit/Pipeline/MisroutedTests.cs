using System.Text;
using System.Text.Json;
using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>A producer whose partition key is not always the ticker: only the ticker's own shard may make rows of it.</summary>
public sealed class MisroutedTests
{
    private readonly InMemoryObjectStore _lake = new();
    private readonly LogLines _log = new();

    [Fact]
    public async Task TicksOnTwoShards_MakeTheRowsOfTheTickersOwnShardAlone()
    {
        await PipelineRun.ConsumeAsync(Stream(strays: 0), _lake);
        string expected = await PipelineRun.ContentAsync(_lake);
        var lake = new InMemoryObjectStore();
        InMemoryStream stream = Stream(strays: 5);
        ConsumerService service = PipelineRun.Service(stream, lake, loggers: _log);
        await PipelineRun.RunAsync(service, stream);

        Assert.Equal(new Books(105, 100, 0, 5, 0) { Misrouted = 5 }, PipelineRun.BooksOf(service));
        string[] content = (await PipelineRun.ContentAsync(lake)).Split("quarantine/");
        Assert.Equal(expected, content[0]);
        string[] kept = [.. content.Skip(1).SelectMany(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))];
        Assert.Equal(5, kept.Length);
        Assert.All(kept, line => Assert.Equal(BadRecordReasons.Misrouted, JsonDocument.Parse(line).RootElement.GetProperty("reason").GetString()));
        Assert.NotEmpty(_log.Errors);
        Assert.All(_log.Errors, error => Assert.Contains("The partition key must be the ticker", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restart_KeepsTheirCount()
    {
        InMemoryStream stream = Stream(strays: 5);
        await PipelineRun.ConsumeAsync(stream, _lake);
        Books again = await PipelineRun.ConsumeAsync(stream, _lake);
        Assert.Equal(new Books(105, 100, 0, 5, 0) { Misrouted = 5 }, again);
    }

    [Fact]
    public async Task StraysInEveryBatch_AreToldAFewTimesOnly()
    {
        InMemoryStream stream = Stream(strays: 1000);
        await PipelineRun.RunAsync(PipelineRun.Service(stream, _lake, loggers: _log), stream);
        Assert.InRange(_log.Errors.Count, 2, 20);
    }

    /// <summary>100 ticks of ten tickers under their own keys, on two shards, and some more under a key of the other shard.</summary>
    private static InMemoryStream Stream(int strays)
    {
        var stream = new InMemoryStream(shardCount: 2, recordsPerBatch: 12, new ManualTimeProvider(PipelineRun.Now));
        for (int i = 0; i < 100; i++) stream.Put("T" + (i % 10), TickLog.Json("T" + (i % 10), i * 7, 100 + i));
        for (int i = 0; i < strays; i++)
        {
            string ticker = "T" + (i % 10);
            stream.Put(KeyOfTheOtherShard(ticker), TickLog.Json(ticker, 700 + i, 7));
        }

        return stream;
    }

    private static string KeyOfTheOtherShard(string ticker)
        => Enumerable.Range(0, 100).Select(i => $"key{i}").First(key => IsInLowerHalf(key) != IsInLowerHalf(ticker));

    private static bool IsInLowerHalf(string key) => HashKey.Of(Encoding.UTF8.GetBytes(key)) < (UInt128.One << 127);
}
