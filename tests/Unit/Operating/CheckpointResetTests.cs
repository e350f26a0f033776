using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Operating;

/// <summary>Which resets are safe, and that the others are refused.</summary>
public sealed class CheckpointResetTests
{
    private readonly InMemoryObjectStore _lake = new();
    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryStream _stream;

    public CheckpointResetTests() => _stream = new InMemoryStream(1, 10, _clock);

    [Fact]
    public async Task ResetToTheStart_NamesNoState_AndRaisesEpochAndCounter()
    {
        await ConsumeAsync("A");
        CheckpointLease before = (await PointerAsync(0)).Lease;
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(0));
        CheckpointPointer after = await PointerAsync(0);
        Assert.Equal((CheckpointPointer.Empty, before.Epoch + 1, before.Counter + 1), (after.State, after.Lease.Epoch, after.Lease.Counter));
        Assert.Null(after.Lease.Owner);
        await ConsumeAsync();
        Assert.Equal(1, (await PointerAsync(0)).Books.Read);
        // The new owner has deleted what the reset left.
        Assert.Single(await _lake.ListAsync(LakeLayout.State(PipelineRun.Eager.AppName, InMemoryStream.ShardId(0), ""), default).ToArrayAsync());
    }

    // Its parents' final states are what its first windows begin with: without them it would rebuild them from their second halves.
    [Fact]
    public async Task ChildThatIsResetToItsStart_InheritsAgain()
    {
        await SplitWithinAMinuteAsync();
        string expected = await PipelineRun.ContentAsync(_lake);
        await foreach (string key in _lake.ListAsync(LakeLayout.Table, default)) await _lake.DeleteAsync(key, default);
        int child = await ChildOfAAsync();
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(child));
        Assert.Equal(CheckpointPointer.Inherit, (await PointerAsync(child)).State);
        await ConsumeAsync();
        Assert.Equal(expected, await PipelineRun.ContentAsync(_lake));
    }

    [Fact]
    public async Task ShardThatIsReadToItsEnd_IsNotReset()
    {
        await SplitWithinAMinuteAsync();
        CheckpointPointer before = await PointerAsync(0);
        Assert.Equal(ResetOutcome.Ended, await ResetAsync(0));
        Assert.Equal(ResetOutcome.Ended, await ResetAsync(0, IsoTime.ToMicros(_clock.GetUtcNow())));
        Assert.Equal(before.ToString(), (await PointerAsync(0)).ToString());
    }

    // An older version called shards ended that were not.
    [Fact]
    public async Task EndedShardThatTheStreamListsAsOpen_IsReset()
    {
        await ConsumeAsync("A");
        CheckpointStore checkpoints = await CheckpointsAsync();
        StoredPointer stored = (await checkpoints.ReadAsync(InMemoryStream.ShardId(0), default))!;
        Assert.NotNull(await checkpoints.PutAsync(stored.Document with { IsEnded = true }, stored.Tag, default));
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(0));
        Assert.False((await PointerAsync(0)).IsEnded);
    }

    [Fact]
    public async Task ResetToATime_IsRefusedWhileTicksAreInNoRow()
    {
        for (int i = 0; i < 3; i++) _stream.Put("A", TickLog.Json("A", i, 1));
        bool isRefused = true;
        var faulty = new FaultyObjectStore(_lake, (call, key) => isRefused && call == "put" && key.StartsWith(LakeLayout.Table, StringComparison.Ordinal) ? Fault.FailBefore : Fault.None);
        await Assert.ThrowsAnyAsync<Exception>(() => PipelineRun.ConsumeAsync(_stream, faulty));
        Assert.Equal(1, (await PointerAsync(0)).UnwrittenWindows);
        long now = IsoTime.ToMicros(_clock.GetUtcNow());
        Assert.Equal(ResetOutcome.Unwritten, await ResetAsync(0, now));

        isRefused = false;
        await PipelineRun.ConsumeAsync(_stream, faulty);
        Assert.Equal(0, (await PointerAsync(0)).UnwrittenWindows);
        string rows = await PipelineRun.ContentAsync(_lake);
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(0, now));
        Assert.Equal(now, (await PointerAsync(0)).StartAt);
        await PipelineRun.ConsumeAsync(_stream, _lake);
        Assert.Equal(rows, await PipelineRun.ContentAsync(_lake));
    }

    // What it inherits may be in no row yet.
    [Fact]
    public async Task ChildThatHasSavedNothing_IsResetToItsStartOnly()
    {
        await SplitWithinAMinuteAsync();
        int child = await ChildOfAAsync();
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(child));
        Assert.Equal(ResetOutcome.Unwritten, await ResetAsync(child, IsoTime.ToMicros(_clock.GetUtcNow())));
        Assert.Equal(ResetOutcome.Reset, await ResetAsync(child));
    }

    [Fact]
    public async Task ShardThatWasNeverRead_HasNothingToReset() => Assert.Equal(ResetOutcome.NoCheckpoint, await ResetAsync(0));

    private async Task SplitWithinAMinuteAsync()
    {
        _stream.Put("A", TickLog.Json("A", 1, 1));
        await ConsumeAsync("A");
        await _stream.SplitShardAsync(InMemoryStream.ShardId(0), null, default);
        await ConsumeAsync("A");
    }

    private async Task<int> ChildOfAAsync()
    {
        foreach (int child in (int[])[1, 2])
        {
            if ((await PointerAsync(child)).Books.Read > 0) return child;
        }

        throw new InvalidOperationException("Neither child has read a record.");
    }

    private async Task ConsumeAsync(string? ticker = null)
    {
        if (ticker is not null) _stream.Put(ticker, TickLog.Json(ticker, 5, 2));
        await PipelineRun.ConsumeAsync(_stream, _lake);
    }

    private async Task<ResetOutcome> ResetAsync(int shard, long? startAt = null)
        => await new CheckpointReset(await CheckpointsAsync(), await _stream.ListShardsAsync(default), _clock).ResetAsync(InMemoryStream.ShardId(shard), startAt, default);

    private async Task<CheckpointPointer> PointerAsync(int shard) => (await (await CheckpointsAsync()).ReadAsync(InMemoryStream.ShardId(shard), default))!.Document;

    private async Task<CheckpointStore> CheckpointsAsync()
        => new(_lake, await _stream.DescribeAsync(default), PipelineRun.Eager.AppName, new StoreRetry(_clock, new Random(1)));
}
