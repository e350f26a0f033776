using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Live;
using Streaming.Consumer.Operating;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Live;

public sealed class LiveStateTests
{
    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);

    [Fact]
    public void RecordsComeAtTheTip_IsLive() => Assert.Equal("live", Of([Shard()]).Word);

    [Fact]
    public void NothingComesAtTheTip_IsIdle() => Assert.Equal("idle", Of([Shard()], sinceRecord: TimeSpan.FromSeconds(4)).Word);

    [Fact]
    public void FarBehindTheTip_IsCatchingUp() => Assert.Equal("catching up", Of([Shard(), Shard() with { MillisBehindLatest = 5001 }]).Word);

    [Fact]
    public void NoShard_IsStandingBy()
    {
        Assert.Equal("standing by", Of([]).Word);
        Assert.Equal("standing by", Of([Shard()], isAssigned: false).Word);
    }

    [Fact]
    public void StreamThatDoesNotAnswer_IsStalledAndNotIdle()
    {
        ShardFigures shard = Shard();
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("idle", Of([shard], sinceRecord: TimeSpan.FromSeconds(10)).Word);
        _clock.Advance(TimeSpan.FromSeconds(1));
        LiveState state = Of([Shard(), shard], sinceRecord: TimeSpan.FromSeconds(11));
        Assert.Equal(("stalled", "shard-0: the stream has not answered for 11 s"), (state.Word, state.Why));
    }

    [Fact]
    public void ShardThatWasTakenAgain_HasItsTimeToAnswer()
    {
        long readAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("live", Of([Shard() with { LastReadAt = readAt }]).Word);
        Assert.Equal("live", Of([Shard() with { LastReadAt = null }]).Word);
    }

    [Fact]
    public void LakeThatCannotBeWritten_IsStalled()
        => Assert.Equal("stalled", Of([Shard() with { Flushes = new FlushFigures(1, 1, 1, IsFailing: true, null, 0) }]).Word);

    [Fact]
    public void ShardThatNobodyReads_IsStalledAndSaysWhy()
    {
        var stopped = new ShardStatus("shard-1", "stopped", null, 1, null, null, null, null, 0, default, 0, "records are gone");
        var application = new ApplicationStatus("app", "stream", "lake", Healthy: false, [], default(Books), [stopped]);
        LiveState state = Of([Shard()], application: application);
        Assert.Equal(("stalled", "shard-1 is not read: records are gone"), (state.Word, state.Why));
    }

    [Fact]
    public void Draining_ComesBeforeAll() => Assert.Equal("draining", LiveState.Of(true, true, [], null, JustNow, _clock).Word);

    private LiveState Of(ShardFigures[] owned, bool isAssigned = true, ApplicationStatus? application = null, TimeSpan? sinceRecord = null)
        => LiveState.Of(isDraining: false, isAssigned, owned, application, sinceRecord ?? JustNow, _clock);

    private ShardFigures Shard() => new() { Shard = "shard-0", IsOwned = true, OwnedSince = _clock.GetTimestamp(), LastReadAt = _clock.GetTimestamp() };
}
