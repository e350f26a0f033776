using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

public sealed class ConsumerServiceTests
{
    private readonly InMemoryObjectStore _lake = new();
    private readonly InMemoryStream _stream = new(shardCount: 4, recordsPerBatch: 10, new ManualTimeProvider(PipelineRun.Now));

    [Fact]
    public async Task DrainBeforeTheStart_EndsWell()
        => Assert.Equal(default, await PipelineRun.ConsumeAsync(_stream, _lake, drain: new CancellationToken(canceled: true)));

    [Fact]
    public async Task UntilIdle_WritesOpenWindowsAndEnds()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1));
        Books books = await PipelineRun.ConsumeAsync(_stream, _lake, new ConsumerOptions { UntilIdle = TimeSpan.FromSeconds(1) });
        Assert.Equal(1, books.Windowed);
        Assert.Contains("A", await PipelineRun.ContentAsync(_lake), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdleShard_WritesItsOpenWindowsAndALaterTickCorrectsThem()
    {
        using var stop = new CancellationTokenSource();
        _stream.Put("A", TickLog.Json("A", 5, 1));
        var store = new FaultyObjectStore(_lake, (operation, key) =>
        {
            // The second put of the object is the correction; then the test is over.
            if (operation == "put" && key.StartsWith("avg_1min", StringComparison.Ordinal))
            {
                if (_puts++ == 0) _stream.Put("A", TickLog.Json("A", 6, 3));
                else stop.Cancel();
            }

            return Fault.None;
        });
        Books books = await PipelineRun.ConsumeAsync(_stream, store, new ConsumerOptions { FlushInterval = TimeSpan.FromDays(1) }, stop.Token);
        Assert.Equal(2, books.Windowed);
        Assert.Contains("AvgClose = 2,", await PipelineRun.ContentAsync(_lake), StringComparison.Ordinal);
    }

    private int _puts;

    [Fact]
    public async Task ThrottledShard_IsNotIdle()
    {
        // 1000 reads of 50 ms are empty but behind: ten times the idle time, in which nothing may be written.
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, new ManualTimeProvider(PipelineRun.Now)) { ThrottledReads = 1000 };
        stream.Put("A", TickLog.Json("A", 5, 1));
        int throttledAtFirstPut = int.MaxValue;
        var store = new FaultyObjectStore(_lake, (operation, _) =>
        {
            if (operation == "put") throttledAtFirstPut = Math.Min(throttledAtFirstPut, stream.ThrottledReads);
            return Fault.None;
        });
        await PipelineRun.ConsumeAsync(stream, store, new ConsumerOptions { FlushInterval = TimeSpan.FromDays(1), UntilIdle = TimeSpan.FromSeconds(30) });
        Assert.True(throttledAtFirstPut <= 0, $"{throttledAtFirstPut} throttled reads were still to come at the first put");
    }

    [Fact]
    public async Task CheckpointOfAnotherStream_IsRefused()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1));
        await PipelineRun.ConsumeAsync(_stream, _lake);
        string before = await PipelineRun.ContentAsync(_lake);
        var other = new InMemoryStream(4, 10, new ManualTimeProvider(PipelineRun.Now), creationId: "id-2");
        other.Put("A", TickLog.Json("A", 5, 2));
        CheckpointRefusedException refused = await Assert.ThrowsAsync<CheckpointRefusedException>(() => PipelineRun.ConsumeAsync(other, _lake));
        Assert.Contains("id-2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await PipelineRun.ContentAsync(_lake));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"version\":4}")]
    [InlineData("{\"version\":6}")]
    public async Task BrokenOrNewerPointer_IsRefused(string content)
    {
        await _lake.PutAsync(PipelineRun.PointerKey(0), System.Text.Encoding.UTF8.GetBytes(content), null, CancellationToken.None);
        await Assert.ThrowsAsync<CheckpointRefusedException>(() => PipelineRun.ConsumeAsync(_stream, _lake));
    }

    [Theory]
    // As it is written: the same text again is no damage.
    [InlineData("\"close_sum\":[1.25]", "\"close_sum\":[1.25]", false)]
    [InlineData("\"volume_sum\":[3]", "\"volume_sum\":null", false)]
    [InlineData("\"version\":5", "\"version\":4", true)]
    [InlineData("\"version\":5", "\"version\":6", true)]
    [InlineData("\"close_sum\":[1.25]", "\"close_sum\":\"1.25.\"", true)]
    [InlineData("\"close_sum\":[1.25]", "\"close_sum\":1.25", true)]
    [InlineData("\"close_sum\":[1.25]", "\"close_sum\":[1e300]", true)]
    [InlineData("\"close_sum\":[1.25]", "\"close_sum\":[\"1.25\"]", true)]
    [InlineData("\"close_sum\":[1.25]", "\"close_sum\":null", true)]
    [InlineData("\"volume_sum\":[3]", "\"volume_sum\":\"three\"", true)]
    [InlineData("\"position\":\"", "\"position\":\"x", true)]
    // Of another position or shard than its pointer: the two do not belong together.
    [InlineData("\"position\":\"1\"", "\"position\":\"2\"", true)]
    [InlineData("\"shard\":\"shardId-000000000000\"", "\"shard\":\"shardId-000000000001\"", true)]
    public async Task StateThatIsNotAsItIsWritten_IsRefusedUntilTheShardIsReset(string written, string instead, bool isRefused)
    {
        InMemoryStream stream = await ConsumedAsync();
        await ChangeAsync(await PipelineRun.StateKeyAsync(_lake, 0), written, instead);
        if (isRefused)
        {
            CheckpointRefusedException refused = await Assert.ThrowsAsync<CheckpointRefusedException>(() => PipelineRun.ConsumeAsync(stream, _lake));
            Assert.Contains("consumer checkpoints reset --shard " + InMemoryStream.ShardId(0), refused.Message, StringComparison.Ordinal);
            Assert.Equal(ResetOutcome.Reset, await ResetAsync(stream));
        }

        Assert.Equal(1, (await PipelineRun.ConsumeAsync(stream, _lake)).Windowed);
    }

    [Theory]
    [InlineData("\"version\":5", "\"version\":4")]
    [InlineData("\"version\":5", "\"version\":6")]
    [InlineData("\"position\":\"", "\"position\":\"x")]
    [InlineData("\"position\":\"1\"", "\"position\":\"2\"")]
    [InlineData("\"state\":\"", "\"state\":\"x")]
    public async Task PointerThatIsNotAsItIsWritten_IsRefused(string written, string instead)
    {
        InMemoryStream stream = await ConsumedAsync();
        await ChangeAsync(PipelineRun.PointerKey(0), written, instead);
        await Assert.ThrowsAsync<CheckpointRefusedException>(() => PipelineRun.ConsumeAsync(stream, _lake));
    }

    [Fact]
    public async Task StateThatIsMissing_IsRefusedAndNotTakenForEmpty()
    {
        InMemoryStream stream = await ConsumedAsync();
        string before = await PipelineRun.ContentAsync(_lake);
        await _lake.DeleteAsync(await PipelineRun.StateKeyAsync(_lake, 0), CancellationToken.None);
        CheckpointRefusedException refused = await Assert.ThrowsAsync<CheckpointRefusedException>(() => PipelineRun.ConsumeAsync(stream, _lake));
        Assert.Contains("is missing, although the shard's pointer names it", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(stream));
        Assert.Equal(1, (await PipelineRun.ConsumeAsync(stream, _lake)).Windowed);
        Assert.Equal(before, await PipelineRun.ContentAsync(_lake));
    }

    private async Task<InMemoryStream> ConsumedAsync()
    {
        var stream = new InMemoryStream(1, 10, new ManualTimeProvider(PipelineRun.Now));
        stream.Put("A", TickLog.Json("A", 5, 1.25, ",\"volume\":3"));
        await PipelineRun.ConsumeAsync(stream, _lake);
        return stream;
    }

    private async Task ChangeAsync(string key, string written, string instead)
    {
        StoredObject stored = (await _lake.GetAsync(key, CancellationToken.None))!;
        string text = System.Text.Encoding.UTF8.GetString(stored.Content.Span);
        Assert.Contains(written, text, StringComparison.Ordinal);
        await _lake.PutAsync(key, System.Text.Encoding.UTF8.GetBytes(text.Replace(written, instead, StringComparison.Ordinal)), stored.Tag, CancellationToken.None);
    }

    private async Task<ResetOutcome> ResetAsync(InMemoryStream stream)
    {
        var checkpoints = new CheckpointStore(_lake, await stream.DescribeAsync(default), PipelineRun.Eager.AppName, new StoreRetry(stream.Time, new Random(1)));
        return await new CheckpointReset(checkpoints, await stream.ListShardsAsync(default), stream.Time).ResetAsync(InMemoryStream.ShardId(0), startAt: null, default);
    }

    [Theory]
    [InlineData("avg_1min")]
    [InlineData("checkpoints")]
    public async Task WorkerThatSleptPastItsLease_DoesNoHarmAndGoesOnAsAFreshOne(string intrusion)
    {
        // The second waits for the lease to expire and runs to its end while the first is about to put its first object or checkpoint.
        InMemoryStream stream = _stream;
        for (int i = 0; i < 100; i++) stream.Put("A", TickLog.Json("A", i, 1));
        bool intruded = false;
        // The first four take the shards' leases.
        int puts = 0;
        Task<Books>? second = null;
        var store = new FaultyObjectStore(_lake, (operation, key) =>
        {
            if (!intruded && operation == "put" && ++puts > 4 && key.StartsWith(intrusion, StringComparison.Ordinal))
            {
                intruded = true;
                second = PipelineRun.ConsumeAsync(stream, _lake);
            }

            return Fault.None;
        });
        await PipelineRun.ConsumeAsync(stream, store);
        Assert.Equal(100, (await second!).Windowed);

        // What the first wrote later was older truth, and took neither ticks nor rows away.
        string content = await PipelineRun.ContentAsync(_lake);
        Assert.Contains("TickCount = 60", content, StringComparison.Ordinal);
        Assert.Contains("TickCount = 40", content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ObjectOfAnotherShardOrProgram_IsRefusedAndLeftAlone()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1));
        await PipelineRun.ConsumeAsync(_stream, _lake);
        await foreach (string key in _lake.ListAsync("checkpoints/", CancellationToken.None)) await _lake.DeleteAsync(key, CancellationToken.None);
        string before = await PipelineRun.ContentAsync(_lake);

        // The same ticker on another shard that owns it, and whose checkpoint knows no ancestors.
        var other = new InMemoryStream(1, 10, new ManualTimeProvider(PipelineRun.Now));
        other.Put("A", TickLog.Json("A", 5, 1));
        await Assert.ThrowsAsync<Streaming.Consumer.Flushing.ForeignObjectException>(() => PipelineRun.ConsumeAsync(other, _lake));
        Assert.Equal(before, await PipelineRun.ContentAsync(_lake));
    }

    [Fact]
    public async Task StoreThatIsAwayForAMomentAtTheStart_IsAskedAgain()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1));
        int checks = 0;
        var store = new FaultyObjectStore(_lake, (operation, _) => operation == "check" && ++checks < 5 ? Fault.FailBefore : Fault.None);
        Assert.Equal(1, (await PipelineRun.ConsumeAsync(_stream, store)).Windowed);
        var gone = new FaultyObjectStore(_lake, (operation, _) => operation == "check" ? Fault.FailBefore : Fault.None);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => PipelineRun.ConsumeAsync(_stream, gone));
    }

    [Fact]
    public async Task StoreThatStaysAway_EndsTheRunWithItsError()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1));
        var store = new FaultyObjectStore(_lake, (operation, _) => operation == "put" ? Fault.FailBefore : Fault.None);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => PipelineRun.ConsumeAsync(_stream, store));
    }
}
