using System.Text;
using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Publishing;

/// <summary>Which records may go into a request while others are in flight. A record is named by its key and its number.</summary>
public sealed class LaneTableTests
{
    private static readonly Shard Whole = new("shardId-000000000000", [], UInt128.Zero, UInt128.MaxValue, false);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly LaneTable _table;

    public LaneTableTests()
    {
        _table = new LaneTable(shard => new Lane(shard, _clock, LaneOptions.Default, new Random(1)), maxPending: 100, new ReplayProgress());
        _table.Map([Whole]);
    }

    // The retry may be refused again. What goes beside it would then overtake it, if the shard splits meanwhile, and load a shard that wants rest.
    [Fact]
    public void RetryInFlight_HoldsTheLane()
    {
        Add("a1", "b1");
        LaneRequest first = Gather();
        Assert.Equal(["a1", "b1"], Records(first));
        Take(first, "a1");
        Add("c1");
        LaneRequest retry = Gather();
        Assert.Equal(["a1"], Records(retry));

        Assert.Equal(0, _table.Waiting);
        Assert.Empty(Records(Gather()));
        Take(retry, "a1");
        LaneRequest again = Gather();
        Assert.Equal(["a1"], Records(again));
        Assert.Empty(Records(Gather()));
        Take(again);
        Assert.Equal(["c1"], Records(Gather()));
    }

    // Two records were refused: the lane is free when both are through.
    [Fact]
    public void LaneWithTwoRefusedRecords_IsHeldUntilBothAreThrough()
    {
        Add("a1", "b1", "c1");
        Take(Gather(), "a1", "b1");
        Add("d1");
        LaneRequest both = Gather();
        Assert.Equal(["a1", "b1"], Records(both));
        Take(both, "b1");
        LaneRequest last = Gather();
        Assert.Equal(["b1"], Records(last));
        Assert.Empty(Records(Gather()));
        Take(last);
        Assert.Equal(["d1"], Records(Gather()));
    }

    // What an old lane knew of its refused records must not reach the new lane's count, which would then never come to nought, or below it.
    [Fact]
    public void NewMapWhileRecordsAreRefused_SendsEveryRecordThatWaits()
    {
        Add("a1", "b1", "c1", "a2");
        Take(Gather(), "a1", "b1");
        (UInt128 start, UInt128 end) = HashKey.Range(0, 2);
        Shard[] halves = [new("shardId-000000000001", [Whole.Id], start, end, false), new("shardId-000000000002", [Whole.Id], end + 1, UInt128.MaxValue, false)];
        Assert.True(_table.IsOther([Whole with { IsClosed = true }, .. halves]));
        _table.Map([Whole with { IsClosed = true }, .. halves]);
        Assert.False(_table.IsOther(halves));

        Assert.Equal(2, _table.Waiting);
        LaneRequest request = Gather();
        Assert.Equal(["a1", "b1"], Records(request).Order());
        Take(request);
        LaneRequest next = Gather();
        Assert.Equal(["a2"], Records(next));
        // Refused in the new lane: it must come again, and hold the lane until then.
        Take(next, "a2");
        LaneRequest retry = Gather();
        Assert.Equal(["a2"], Records(retry));
        Take(retry);
        Assert.True(_table.IsEmpty);
    }

    private long _added;

    private void Add(params string[] records)
    {
        foreach (string record in records) _table.Add(Encoding.UTF8.GetBytes(record[..1]), Encoding.UTF8.GetBytes(record), _added++);
    }

    /// <summary>What may go once every pause is over.</summary>
    private LaneRequest Gather()
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        var request = new LaneRequest();
        _table.Gather(request);
        return request;
    }

    private void Take(LaneRequest request, params string[] refused)
    {
        request.SentAt = _clock.GetTimestamp();
        string[] records = Records(request);
        _table.Take(request, new PutReply([.. refused.Select(record => new RefusedRecord(Array.IndexOf(records, record), "InternalFailure"))]));
    }

    private static string[] Records(LaneRequest request) => [.. Enumerable.Range(0, request.Batch.Count).Select(i => Encoding.UTF8.GetString(request.Batch.Data(i)))];
}
