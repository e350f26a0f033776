using System.Text;
using System.Text.Json.Nodes;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Progress;

/// <summary>Checkpoints of one object per shard, as versions 2 to 4 wrote them: they are gone on with, and no old program can write them after that.</summary>
public sealed class OldCheckpointsTests
{
    private const string Application = "avg-1min";
    private static readonly string Old = $"checkpoints/{Application}/{InMemoryStream.ShardId(0)}.json";

    private readonly InMemoryObjectStore _lake = new();
    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryStream _stream;

    public OldCheckpointsTests() => _stream = new InMemoryStream(1, 10, _clock);

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    [InlineData(2)]
    public async Task OldCheckpoint_IsGoneOnWith_AndSealed(int version)
    {
        await ConsumeHalfAsync(version);
        _stream.Put("A", TickLog.Json("A", 6, 3.25, ",\"volume\":4"));
        Books books = await PipelineRun.ConsumeAsync(_stream, _lake);
        Assert.Equal((2, 2), (books.Read, books.Windowed));
        Assert.Contains("AvgClose = 2.25, LastClose = 3.25", await PipelineRun.ContentAsync(_lake), StringComparison.Ordinal);
        JsonNode old = await ReadAsync(Old);
        // The first version that programs of version 4 refuse; its content is as it was.
        Assert.Equal((5, "1"), (old["version"]!.GetValue<int>(), old["position"]!.GetValue<string>()));
        Assert.NotEqual("old", (await ReadAsync(PipelineRun.PointerKey(0)))["state"]!.GetValue<string>());
    }

    // It puts if the object still has the tag that it read or wrote last.
    [Fact]
    public async Task OldProgramThatStillRuns_CannotWriteOn()
    {
        await ConsumeHalfAsync(4);
        string tag = (await _lake.GetAsync(Old, default))!.Tag;
        await PipelineRun.ConsumeAsync(_stream, _lake);
        Assert.Null(await _lake.PutAsync(Old, "{}"u8.ToArray(), tag, default));
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.FailBefore)]
    [InlineData(Fault.FailAfter)]
    public async Task FaultAtAnyCall_LeavesACheckpointToGoOnWith(Fault fault)
    {
        for (int at = 0, call = 1; call > at; at++)
        {
            var lake = new InMemoryObjectStore();
            var stream = new InMemoryStream(1, 10, _clock);
            await ConsumeHalfAsync(4, lake, stream);
            stream.Put("A", TickLog.Json("A", 6, 3.25));
            call = 0;
            int faultAt = at;
            var faulty = new FaultyObjectStore(lake, (_, _) => call++ == faultAt ? fault : Fault.None);
            bool isCrash = fault is Fault.CrashBefore or Fault.CrashAfter;
            if (isCrash && call > at) await Assert.ThrowsAsync<ProcessCrashException>(() => PipelineRun.ConsumeAsync(stream, faulty));
            else await Record.ExceptionAsync(() => PipelineRun.ConsumeAsync(stream, faulty));
            Books books = await PipelineRun.ConsumeAsync(stream, lake);
            Assert.True((2, 2) == (books.Read, books.Windowed), $"{fault} at call {at}: {books}");
        }
    }

    [Fact]
    public void ShardOfAnOldWorkerThatLives_IsLeftToIt()
    {
        VirtualThread.Run(_clock, async () =>
        {
            _stream.Put("A", TickLog.Json("A", 5, 1.25));
            using var first = new CancellationTokenSource();
            Task consuming = PipelineRun.Service(_stream, _lake, new ConsumerOptions { UntilIdle = TimeSpan.FromSeconds(1) }).RunAsync(first.Token);
            await consuming;
            await DowngradeAsync(_lake, 0, 4, old => old["lease"]!["owner"] = "old-worker");
            using var drain = new CancellationTokenSource();
            ConsumerService service = PipelineRun.Service(_stream, _lake, new ConsumerOptions());
            Task running = service.RunAsync(drain.Token);
            for (int renewal = 2; renewal < 30; renewal++)
            {
                await Task.Delay(TimeSpan.FromSeconds(3), _clock);
                StoredObject stored = (await _lake.GetAsync(Old, default))!;
                var old = JsonNode.Parse(stored.Content.Span)!;
                Assert.Equal(4, old["version"]!.GetValue<int>());
                old["lease"]!["counter"] = 100 + renewal;
                Assert.NotNull(await _lake.PutAsync(Old, Encoding.UTF8.GetBytes(old.ToJsonString()), stored.Tag, default));
            }

            Assert.Equal(0, service.LeaseMoves.Taken);
            // It dies: the next owner is of this version.
            await Task.Delay(TimeSpan.FromSeconds(15), _clock);
            Assert.Equal(1, service.LeaseMoves.Taken);
            drain.Cancel();
            await running;
        });
    }

    [Fact]
    public async Task EndedParentOfAnOldVersion_IsInherited()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1.25));
        await _stream.SplitShardAsync(InMemoryStream.ShardId(0), null, default);
        _stream.Put("A", TickLog.Json("A", 6, 3.25));
        string expected = await WholeAsync();
        // Only the parent is read.
        await PipelineRun.ConsumeAsync(_stream, _lake);
        await DowngradeAsync(_lake, 0, 4);
        await DeleteAsync(1);
        await DeleteAsync(2);
        await foreach (string key in _lake.ListAsync(LakeLayout.Table, default)) await _lake.DeleteAsync(key, default);
        await PipelineRun.ConsumeAsync(_stream, _lake);
        Assert.Equal(expected, await PipelineRun.ContentAsync(_lake));
        Assert.True((await ReadAsync(PipelineRun.PointerKey(0)))["is_ended"]!.GetValue<bool>());
    }

    [Fact]
    public async Task StatusAndReset_KnowAnOldCheckpoint()
    {
        await ConsumeHalfAsync(4);
        ApplicationStatus status = await new StatusReader(_stream, _lake, Application, _clock).ReadAsync(withLag: false, default);
        Assert.Equal(("1", 1, 1L), (status.Shards[0].Position, status.Shards[0].OpenWindows, status.Books.Read));
        Assert.Equal(4, (await ReadAsync(Old))["version"]!.GetValue<int>());

        var checkpoints = new CheckpointStore(_lake, await _stream.DescribeAsync(default), Application, new StoreRetry(_clock, new Random(1)));
        var reset = new CheckpointReset(checkpoints, await _stream.ListShardsAsync(default), _clock);
        Assert.Equal(ResetOutcome.Unwritten, await reset.ResetAsync(InMemoryStream.ShardId(0), IsoTime.ToMicros(_clock.GetUtcNow()), default));
        Assert.Equal(ResetOutcome.Reset, await reset.ResetAsync(InMemoryStream.ShardId(0), startAt: null, default));
        Assert.Equal(1, (await PipelineRun.ConsumeAsync(_stream, _lake)).Read);
    }

    [Theory]
    [InlineData("\"version\":4", "\"version\":1")]
    [InlineData("\"version\":4", "\"version\":6")]
    [InlineData("\"position\":\"", "\"position\":\"x")]
    [InlineData("\"tickers\":", "\"tickets\":")]
    public async Task OldCheckpointThatIsNotAsItIsWritten_IsRefusedAndLeftAsItIs(string written, string instead)
    {
        await ConsumeHalfAsync(4);
        StoredObject stored = (await _lake.GetAsync(Old, default))!;
        string text = Encoding.UTF8.GetString(stored.Content.Span);
        Assert.Contains(written, text, StringComparison.Ordinal);
        byte[] changed = Encoding.UTF8.GetBytes(text.Replace(written, instead, StringComparison.Ordinal));
        await _lake.PutAsync(Old, changed, stored.Tag, default);
        CheckpointRefusedException refused = await Assert.ThrowsAsync<CheckpointRefusedException>(() => PipelineRun.ConsumeAsync(_stream, _lake));
        Assert.Contains(Old, refused.Message, StringComparison.Ordinal);
        Assert.Equal(changed, (await _lake.GetAsync(Old, default))!.Content.ToArray());
    }

    private async Task<string> WholeAsync()
    {
        var lake = new InMemoryObjectStore();
        await PipelineRun.ConsumeAsync(_stream, lake);
        return await PipelineRun.ContentAsync(lake);
    }

    private Task ConsumeHalfAsync(int version) => ConsumeHalfAsync(version, _lake, _stream);

    /// <summary>One tick is read, and the checkpoint is as that version wrote it.</summary>
    private static async Task ConsumeHalfAsync(int version, InMemoryObjectStore lake, InMemoryStream stream)
    {
        stream.Put("A", TickLog.Json("A", 5, 1.25, ",\"volume\":3"));
        await PipelineRun.ConsumeAsync(stream, lake);
        await DowngradeAsync(lake, 0, version);
    }

    private static async Task DowngradeAsync(InMemoryObjectStore lake, int shard, int version, Action<JsonNode>? change = null)
    {
        string pointerKey = PipelineRun.PointerKey(shard), stateKey = await PipelineRun.StateKeyAsync(lake, shard);
        JsonObject old = JsonNode.Parse((await lake.GetAsync(pointerKey, default))!.Content.Span)!.AsObject();
        JsonNode state = JsonNode.Parse((await lake.GetAsync(stateKey, default))!.Content.Span)!;
        foreach (string name in (string[])["state", "open_windows", "unwritten_windows"]) Assert.True(old.Remove(name));
        old["version"] = version;
        old["tickers"] = state["tickers"]!.DeepClone();
        if (version < 4)
        {
            foreach (JsonNode? window in old["tickers"]!.AsArray().SelectMany(ticker => ticker!["windows"]!.AsArray()))
            {
                window!["close_sum"] = "1250000000000";
                window["volume_sum"] = "3";
                if (version == 2) window["first_sequence_number"] = "1";
            }
        }

        change?.Invoke(old);
        await lake.DeleteAsync(pointerKey, default);
        await lake.DeleteAsync(stateKey, default);
        await lake.PutAsync($"checkpoints/{Application}/{InMemoryStream.ShardId(shard)}.json", Encoding.UTF8.GetBytes(old.ToJsonString()), null, default);
    }

    private async Task DeleteAsync(int shard)
    {
        await foreach (string key in _lake.ListAsync($"checkpoints/{Application}/{InMemoryStream.ShardId(shard)}/", default)) await _lake.DeleteAsync(key, default);
    }

    private async Task<JsonNode> ReadAsync(string key) => JsonNode.Parse((await _lake.GetAsync(key, default))!.Content.Span)!;
}
