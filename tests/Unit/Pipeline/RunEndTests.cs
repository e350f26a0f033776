using Streaming.Consumer;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>When <c>--once</c> ends, by what a service's answers tell (field case r11).</summary>
public sealed class RunEndTests
{
    private const string Shard = "shardId-000000000000";

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly RecordBatch _batch = new();
    private readonly RunEnd _end;
    private ulong _number;

    public RunEndTests()
    {
        _end = new RunEnd(new ConsumerOptions { Once = true }, _clock);
        _end.Begin(Shard);
    }

    [Fact]
    public void RecordThatArrivedAfterTheStart_IsTheEnd()
    {
        Assert.False(IsReached(1, behind: 5, arrivesAt: 0));
        Assert.True(IsReached(1, behind: 5, arrivesAt: 1));
        Assert.Null(_end.EndNotKnown(Shard));
    }

    // LocalStack and kinesalite say 0 in every answer.
    [Fact]
    public void ZeroMillisBehindWithRecords_IsNotTheEnd()
    {
        Assert.False(IsReached(3, behind: 0, arrivesAt: -10));
        Assert.True(IsReached(0, behind: 0, isTipCertain: true));
        Assert.Null(_end.EndNotKnown(Shard));
    }

    [Fact]
    public void ServiceThatNeverSaysZero_EndsAfterAQuietTimeAndSaysWhatIsNotKnown()
    {
        Assert.False(IsReached(3, behind: 700, arrivesAt: -10));
        Assert.InRange(SecondsUntilReached(records: 0, behind: 700), 30, 32);
        Assert.Contains("700 ms behind", _end.EndNotKnown(Shard), StringComparison.Ordinal);
    }

    // The service passes over a long stretch without records: each answer comes nearer to the tip.
    [Fact]
    public void EmptyAnswersThatComeNearer_AreNotTheEnd()
    {
        for (int behind = 100; behind > 0; behind--)
        {
            _clock.Advance(TimeSpan.FromSeconds(20));
            Assert.False(IsReached(0, behind));
        }
    }

    [Fact]
    public void RecordsWithoutTimesThatNeverCease_EndAfterALimitAndSayWhatIsNotKnown()
    {
        Assert.InRange(SecondsUntilReached(records: 2, behind: 0), 600, 602);
        Assert.Contains("no arrival time", _end.EndNotKnown(Shard), StringComparison.Ordinal);
    }

    [Fact]
    public void RecordsFromBeforeTheStart_AreReadHoweverLongItTakes()
    {
        for (int i = 0; i < 100; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            Assert.False(IsReached(2, behind: 0, arrivesAt: -10));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void ReplayUpToATime_CutsBehindTheLastRecordThatIsKnownToBeEarlier(int withoutTime)
    {
        for (int i = 0; i < 4; i++) _batch.Add(SequenceNumber.FromUInt64(++_number), i, "x"u8);
        for (int i = 0; i < withoutTime; i++) _batch.Add(SequenceNumber.FromUInt64(++_number), RecordBatch.NoArrival, "x"u8);
        _batch.CutAfter(3);
        Assert.Equal((4 + withoutTime, null), (_batch.Count, _batch.TipAtMicros));
        _batch.CutAfter(1);
        Assert.Equal((2, 1L), (_batch.Count, _batch.TipAtMicros));
    }

    private double SecondsUntilReached(int records, long behind)
    {
        DateTimeOffset start = _clock.GetUtcNow();
        while (!IsReached(records, behind))
        {
            Assert.Null(_end.EndNotKnown(Shard));
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(_clock.GetUtcNow() - start < TimeSpan.FromHours(1), "it does not end");
        }

        return (_clock.GetUtcNow() - start).TotalSeconds;
    }

    private bool IsReached(int records, long behind, int? arrivesAt = null, bool isTipCertain = false)
    {
        long arrival = arrivesAt is { } seconds ? IsoTime.ToMicros(PipelineRun.Now.AddSeconds(seconds)) : RecordBatch.NoArrival;
        _batch.Clear();
        for (int i = 0; i < records; i++) _batch.Add(SequenceNumber.FromUInt64(++_number), arrival, "x"u8);
        _batch.MillisBehindLatest = behind;
        if (isTipCertain) _batch.TipAtMicros = 1;
        return _end.IsReached(Shard, _batch, idleSince: null);
    }
}
