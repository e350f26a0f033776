using System.Text;
using System.Text.Json;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Streams;
using Streaming.Tests.Unit.Streams.Kinesis;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>The consumer over a Kinesis that answers as the real one does not (field cases f01, f10 and r11).</summary>
public sealed class OddServiceTests : IAsyncLifetime
{
    private readonly InMemoryObjectStore _lake = new();
    private readonly LogLines _log = new();
    private FakeAws _aws = null!;
    private KinesisStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = await FakeAws.StartAsync();
        _stream = FakeStream.Open(_aws, "stock_stream");
        await _stream.CreateAsync(1, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _aws.DisposeAsync();
    }

    [Fact]
    public async Task OnceWhereEveryAnswerSaysZeroMillisBehind_ReadsAll()
    {
        for (int i = 0; i < 20; i++) await _stream.PutAsync(("A", TickLog.Json("A", i, 1)));
        _aws.Kinesis.Faults = new KinesisFaults(1) { MillisBehindLatest = 0, MaxRecordsPerAnswer = 3 };
        Assert.Equal(new Books(20, 20, 0, 0, 0), await RunAsync());
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task AnswersWithoutIteratorOrRecords_LoseNothingAndAreLogged()
    {
        for (int i = 0; i < 40; i++) await _stream.PutAsync(("A", TickLog.Json("A", i, 1)));
        _aws.Kinesis.Faults = new KinesisFaults(3) { MissingIterator = 0.3, MissingRecords = 0.2, MaxRecordsPerAnswer = 3 };
        Assert.Equal(new Books(40, 40, 0, 0, 0), await RunAsync());
        Assert.Contains(_log.Warnings, line => line.Contains("no NextShardIterator although the shard is open", StringComparison.Ordinal));
        Assert.Contains(_log.Warnings, line => line.Contains("had no Records", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RecordsWithoutArrivalTime_AreJudgedWithoutIt()
    {
        // Good, more than a day ahead of now, late, bad.
        string[] records =
        [
            TickLog.Json("A", 3600, 1), """{"ticker":"B","timestamp":"2099-01-01T00:00:00Z","close":1}""", TickLog.Json("A", 0, 1), "garbage",
        ];
        foreach (string record in records) await _stream.PutAsync(("A", record));
        _aws.Kinesis.Faults = new KinesisFaults(1) { MissingArrival = 1 };
        Assert.Equal(new Books(4, 2, 1, 1, 0), await RunAsync());
        foreach (string kind in (string[])["late/", "quarantine/"])
        {
            JsonElement kept = JsonDocument.Parse(await ContentAsync(kind)).RootElement;
            Assert.Equal(JsonValueKind.Null, kept.GetProperty("arrival").ValueKind);
        }
    }

    // A mark before the object is no JSON, so that it cannot stand in the line as it came.
    [Fact]
    public async Task LateRecordWithAByteOrderMark_IsKeptWithItsBytes()
    {
        string late = "\ufeff" + TickLog.Json("A", 0, 1);
        foreach (string record in (string[])[TickLog.Json("A", 3600, 1), late]) await _stream.PutAsync(("A", record));
        Assert.Equal(new Books(2, 1, 1, 0, 0), await RunAsync());
        JsonElement kept = JsonDocument.Parse(await ContentAsync("late/")).RootElement;
        Assert.Equal(late, Encoding.UTF8.GetString(kept.GetProperty("data").GetBytesFromBase64()));
    }

    private async Task<string> ContentAsync(string prefix)
    {
        await foreach (string key in _lake.ListAsync(prefix, default)) return Encoding.UTF8.GetString((await _lake.GetAsync(key, default))!.Content.Span);
        throw new InvalidOperationException($"There is nothing in {prefix}.");
    }

    private async Task<Books> RunAsync()
    {
        var service = new ConsumerService(_stream, _lake, new ConsumerOptions { Once = true, WorkerId = "worker" }, TimeProvider.System, new Random(1), _log);
        await service.RunAsync(CancellationToken.None);
        return PipelineRun.BooksOf(service);
    }
}
