using System.Text;
using System.Text.Json;
using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>A consumer with bugs, in the decoder and in the fold: the records that bring them out are set aside, and all others are done.</summary>
public sealed class PoisonTests
{
    private const string InDecoder = "poison";
    private const string InFold = "hollow";

    private readonly InMemoryObjectStore _lake = new();
    private readonly LogLines _log = new();

    [Fact]
    public async Task RecordsThatTheConsumerFailsOn_AreQuarantinedAndTheRestIsDone()
    {
        await PipelineRun.ConsumeAsync(Stream(withPoison: false), _lake);
        string healthy = await RowsAsync(_lake);
        var lake = new InMemoryObjectStore();
        ConsumerService service = await RunAsync(Stream(withPoison: true), lake, Buggy);

        Assert.Equal(new Books(106, 100, 0, 6, 0), PipelineRun.BooksOf(service));
        Assert.Equal(6, service.Shards.Sum(shard => shard.FailureCount));
        Assert.Equal(healthy, await RowsAsync(lake));
        JsonElement[] kept = await QuarantinedAsync(lake);
        Assert.Equal([InDecoder, InFold, InDecoder, InFold, InDecoder, InFold], kept.Select(record => Encoding.UTF8.GetString(record.GetProperty("data").GetBytesFromBase64())[..6]));
        foreach (JsonElement record in kept)
        {
            Assert.Equal(InMemoryStream.ShardId(0), record.GetProperty("shard").GetString());
            Assert.Matches("^the consumer failed on it: System.(Overflow|IndexOutOfRange)Exception: .", record.GetProperty("reason").GetString());
        }

        // Each batch with failures says so once, with the first of them.
        Assert.Equal(3, _log.Errors.Count);
        for (int i = 0; i < 3; i++)
        {
            Assert.Contains($"{InMemoryStream.ShardId(0)}: failed on 2 records", _log.Errors[i].Message, StringComparison.Ordinal);
            Assert.Contains($"the first is {kept[i * 2].GetProperty("sequence_number").GetString()};", _log.Errors[i].Message, StringComparison.Ordinal);
            Assert.IsType<OverflowException>(_log.Errors[i].Exception);
        }
    }

    [Fact]
    public async Task Restart_DoesNotMeetThemAgain()
    {
        InMemoryStream stream = Stream(withPoison: true);
        await RunAsync(stream, _lake, Buggy);
        string before = await PipelineRun.ContentAsync(_lake);
        _log.Errors.Clear();
        ConsumerService again = await RunAsync(stream, _lake, Buggy);
        Assert.Equal(new Books(106, 100, 0, 6, 0), PipelineRun.BooksOf(again));
        Assert.Empty(_log.Errors);
        Assert.Equal(before, await PipelineRun.ContentAsync(_lake));
    }

    [Fact]
    public async Task CrashAtAnyCall_ThenRestart_LeavesTheSameLake()
    {
        int calls = 0;
        await RunAsync(
            Stream(withPoison: true),
            new FaultyObjectStore(_lake, (_, _) =>
            {
                Interlocked.Increment(ref calls);
                return Fault.None;
            }),
            Buggy);
        string expected = await PipelineRun.ContentAsync(_lake);
        for (int at = 0; at < calls; at++)
        {
            var lake = new InMemoryObjectStore();
            int call = 0;
            var faulty = new FaultyObjectStore(lake, (_, _) => Interlocked.Increment(ref call) - 1 == at ? Fault.CrashAfter : Fault.None);
            await Assert.ThrowsAsync<ProcessCrashException>(() => RunAsync(Stream(withPoison: true), faulty, Buggy));
            await RunAsync(Stream(withPoison: true), lake, Buggy);
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"another lake after a crash at call {at}");
        }
    }

    [Fact]
    public async Task LackOfMemory_EndsTheRunAndQuarantinesNothing()
    {
        await Assert.ThrowsAsync<OutOfMemoryException>(() => RunAsync(
            Stream(withPoison: false), _lake, _ => (in StreamRecord _, out DecodedTick tick) => tick = new DecodedTick { Volume = new byte[int.MaxValue].Length }));
        Assert.Equal("", await PipelineRun.ContentAsync(_lake));
    }

    private async Task<ConsumerService> RunAsync(InMemoryStream stream, IObjectStore lake, Func<TickerTable, RecordDecoder> decoder)
    {
        ConsumerService service = PipelineRun.Service(stream, lake, decoder: decoder, loggers: _log);
        await PipelineRun.RunAsync(service, stream);
        return service;
    }

    /// <summary>The real decoder, with two bugs: it throws itself, and it gives a tick that is no tick.</summary>
    private static RecordDecoder Buggy(TickerTable tickers)
    {
        var real = new TickDecoder(tickers);
        return (in StreamRecord record, out DecodedTick tick) =>
        {
            if (record.Data.StartsWith("poison"u8)) throw new OverflowException("a bug");
            real.Decode(record, out tick);
            if (record.Data.StartsWith("hollow"u8)) tick.Fault = null;
        };
    }

    /// <summary>100 ticks in batches of some 12, and at three places two records that the consumer fails on.</summary>
    private static InMemoryStream Stream(bool withPoison)
    {
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 12, new ManualTimeProvider(PipelineRun.Now));
        for (int i = 0; i < 100; i++)
        {
            stream.Put("A", TickLog.Json("T" + (i % 3), i * 7, 100 + i, RepeatTests.Fields("run", i)));
            if (!withPoison || i is not (5 or 40 or 85)) continue;
            stream.Put("A", InDecoder + i);
            stream.Put("A", InFold + i);
        }

        return stream;
    }

    private static async Task<string> RowsAsync(InMemoryObjectStore lake) => (await PipelineRun.ContentAsync(lake)).Split("quarantine/")[0];

    private static async Task<JsonElement[]> QuarantinedAsync(InMemoryObjectStore lake)
    {
        string text = (await PipelineRun.ContentAsync(lake)).Split("quarantine/")[1];
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
