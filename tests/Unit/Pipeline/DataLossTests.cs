using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Streams.Local;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>Records that are gone: loud, and gone on with only if the operator says so.</summary>
public sealed class DataLossTests : IDisposable
{
    private const int Records = 40;

    private readonly LocalLog _log = new(segmentBytes: 600);
    private readonly InMemoryObjectStore _lake = new();
    private ConsumerService? _last;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LostSegment_StopsTheShardUntilTheOperatorChooses(bool isDeleted)
    {
        await _log.PutAsync([.. Enumerable.Range(0, Records).Select(i => TickLog.Json("A", i, 100 + i))]);
        string[] segments = _log.Segments;
        Assert.True(segments.Length > 8);
        string lost = segments[segments.Length / 2];
        if (isDeleted) File.Delete(lost);
        else Damage(lost);

        var loss = await Assert.ThrowsAsync<StreamDataLossException>(() => RunAsync(DataLossReaction.Stop));
        Assert.Contains("--on-data-loss continue", loss.Message, StringComparison.Ordinal);
        Books stopped = await BooksAsync(DataLossReaction.Stop);
        Assert.InRange(stopped.Windowed, 10, Records - 10);

        // All that can be read is read, and no record of the segment that is lost.
        Books books = await BooksAsync(DataLossReaction.Continue);
        Assert.True(books.Balance);
        Assert.InRange(Records - books.Windowed, 1, 4);
        string checkpoint = await CheckpointAsync();
        Assert.Contains("\"data_losses\":1,", checkpoint, StringComparison.Ordinal);
        Assert.Equal(books, await BooksAsync(DataLossReaction.Stop));
    }

    // What a child has before its first record can be trimmed, too: so it is known when it had nothing that could be missed.
    [Fact]
    public async Task ChildThatWasNeverRead_BeginsWithTheTimeOfItsParentsEnd()
    {
        var clock = new ManualTimeProvider(PipelineRun.Now);
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, clock);
        stream.Put("A", TickLog.Json("A", 1, 1));
        await stream.SplitShardAsync(InMemoryStream.ShardId(0), null, CancellationToken.None);
        var watched = new WatchedStream(stream);
        VirtualThread.Run(clock, () => new ConsumerService(watched, _lake, PipelineRun.Eager, clock, new Random(1), NullLoggerFactory.Instance).RunAsync(CancellationToken.None));
        Assert.Null(watched.Opened[InMemoryStream.ShardId(0)].ReadToTipAtMicros);
        foreach (int child in (int[])[1, 2])
        {
            StreamPosition position = watched.Opened[InMemoryStream.ShardId(child)];
            Assert.Equal(StreamPositionKind.TrimHorizon, position.Kind);
            Assert.InRange(IsoTime.ToDateTime(position.ReadToTipAtMicros!.Value), PipelineRun.Now.UtcDateTime, clock.GetUtcNow().UtcDateTime);
        }
    }

    private static void Damage(string segment)
    {
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[bytes.Length / 3] ^= 0x40;
        File.WriteAllBytes(segment, bytes);
    }

    private async Task<Books> BooksAsync(DataLossReaction reaction)
    {
        try
        {
            await RunAsync(reaction);
        }
        catch (StreamDataLossException) when (reaction == DataLossReaction.Stop)
        {
            // The books up to there are what is asked for.
        }

        return _last!.Shards.Aggregate(default(Books), (sum, shard) => sum + shard.Books);
    }

    private async Task RunAsync(DataLossReaction reaction)
    {
        await using LocalStream stream = _log.Open();
        _last = new ConsumerService(
            stream, _lake, PipelineRun.Eager with { OnDataLoss = reaction }, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await _last.RunAsync(CancellationToken.None);
    }

    private async Task<string> CheckpointAsync()
    {
        await foreach (string key in _lake.ListAsync("checkpoints/", CancellationToken.None))
            return System.Text.Encoding.UTF8.GetString((await _lake.GetAsync(key, CancellationToken.None))!.Content.Span);
        throw new InvalidOperationException("There is no checkpoint.");
    }

    public void Dispose() => _log.Dispose();

    /// <summary>Remembers where each shard was begun last.</summary>
    private sealed class WatchedStream(IRecordStream stream) : IRecordStream
    {
        public Dictionary<string, StreamPosition> Opened { get; } = [];

        public string Address => stream.Address;

        public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => stream.DescribeAsync(cancellation);

        public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => stream.ListShardsAsync(cancellation);

        public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        {
            Opened[shardId] = from;
            return stream.OpenReaderAsync(shardId, from, cancellation);
        }

        public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation) => stream.PutAsync(batch, cancellation);

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
