using System.Text;
using System.Text.Json;
using Streaming.Consumer.Flushing;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Flushing;

public sealed class KeptRecordWriterTests
{
    private const string Shard = "shardId-000000000000";

    private readonly InMemoryObjectStore _lake = new();
    private readonly TickLog _log = new();

    // The second stream has the first one's name and shard, and its sequence numbers begin again.
    [Theory]
    [InlineData(KeptRecordWriter.QuarantineKind)]
    [InlineData(KeptRecordWriter.LateKind)]
    public async Task StreamCreatedAgainUnderItsName_IsRefusedAndChangesNothing(string kind)
    {
        if (kind == KeptRecordWriter.LateKind) PutLate();
        else _log.Record("bad");
        await WriteAsync("created-first");
        string key = LakeLayout.Chunk(kind, Shard, 0);
        string before = await TextAsync(key);

        if (kind == KeptRecordWriter.LateKind) PutLate();
        else _log.Record("bad too");
        var error = await Assert.ThrowsAsync<ForeignObjectException>(() => WriteAsync("created-again"));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains("created-again", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TextAsync(key));
    }

    [Fact]
    public async Task RecordsWrittenTwice_StandOnce()
    {
        _log.Records(["bad", "bad", "bad"]);
        await WriteAsync("id");
        _log.Record("bad");
        await WriteAsync("id");
        Assert.Equal(["1", "2", "3", "4"], await NumbersAsync(LakeLayout.Chunk(KeptRecordWriter.QuarantineKind, Shard, 0)));
    }

    // Records of one kind only, so that the count of the other kind stays at nought.
    [Fact]
    public async Task Chunk_HoldsAThousandRecordsAtMost()
    {
        _log.Records(Enumerable.Repeat("bad", LakeLayout.RecordsPerChunk + 1));
        await WriteAsync("id");
        Assert.Equal(LakeLayout.RecordsPerChunk, (await NumbersAsync(LakeLayout.Chunk(KeptRecordWriter.QuarantineKind, Shard, 0))).Length);
        Assert.Equal(["1001"], await NumbersAsync(LakeLayout.Chunk(KeptRecordWriter.QuarantineKind, Shard, LakeLayout.RecordsPerChunk)));
    }

    private void PutLate()
    {
        _log.Tick("A", 2000, 1);
        _log.Tick("A", 5, 1);
    }

    private Task WriteAsync(string streamId)
        => new KeptRecordWriter(_lake, new ObjectOrigin("stock_stream", streamId, "app", Shard), new StoreRetry(TimeProvider.System, new Random(1)))
            .WriteAsync(_log.Windows.Snapshot(openWindowsToo: true), CancellationToken.None);

    private async Task<string> TextAsync(string key) => Encoding.UTF8.GetString((await _lake.GetAsync(key, CancellationToken.None))!.Content.Span);

    private async Task<string[]> NumbersAsync(string key)
        => [.. (await TextAsync(key)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence_number").GetString()!)];
}
