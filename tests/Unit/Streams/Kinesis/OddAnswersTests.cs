using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>Answers to GetRecords that the service should not give, and is known to give (field cases f01 and f10).</summary>
public sealed class OddAnswersTests : IAsyncLifetime
{
    private const string First = "shardId-000000000000";

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
    public async Task OpenShardWithoutNextIterator_IsReadOnFromItsLastRecord()
    {
        await PutAsync(0, 3);
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        _aws.Kinesis.Faults = new KinesisFaults(1) { MissingIterator = 1, MaxRecordsPerAnswer = 2 };
        var seen = new List<Seen>();
        var troubles = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            RecordBatch batch = await reader.ReadAsync(default);
            Assert.False(batch.IsEndOfShard);
            // Such an answer knows nothing of the tip either.
            Assert.NotEqual(0, batch.MillisBehindLatest);
            seen.AddRange(batch);
            troubles.Add(batch.Trouble!);
        }

        _aws.Kinesis.Faults.Clear();
        await PutAsync(3, 5);
        while (seen.Count < 5) seen.AddRange(await reader.ReadAsync(default));
        Assert.Equal(["0", "1", "2", "3", "4"], seen.Texts());
        Assert.All(troubles, trouble => Assert.Contains("no NextShardIterator although the shard is open", trouble, StringComparison.Ordinal));
        Assert.Contains("(4 in a row)", troubles[^1], StringComparison.Ordinal);
    }

    // Before its first record a reader has no position but the one where it began.
    [Fact]
    public async Task EmptyOpenShardWithoutNextIterator_IsReadOnFromItsStart()
    {
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        _aws.Kinesis.Faults = new KinesisFaults(1) { MissingIterator = 1 };
        Assert.False((await reader.ReadAsync(default)).IsEndOfShard);
        _aws.Kinesis.Faults.Clear();
        await PutAsync(0, 1);
        Assert.Equal(["0"], (await reader.ReadToTipAsync()).Texts());
    }

    // kinesis-local names no child shards in some answers: then the listing tells.
    [Fact]
    public async Task ClosedShardWithoutNextIteratorOrChildren_EndsBehindItsLastRecord()
    {
        await PutAsync(0, 3);
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        _aws.Kinesis.Faults = new KinesisFaults(1) { MissingIterator = 1, MaxRecordsPerAnswer = 1 };
        var seen = new List<Seen>();
        seen.AddRange(await reader.ReadAsync(default));
        // It is closed while an answer is on its way that was given before.
        await PutAsync(3, 4);
        await _stream.SplitShardAsync(First, null, default);
        RecordBatch batch;
        do
        {
            batch = await reader.ReadAsync(default);
            seen.AddRange(batch);
        }
        while (!batch.IsEndOfShard);
        Assert.Equal(["0", "1", "2", "3"], seen.Texts());
        Assert.Equal((0L, 0), (batch.MillisBehindLatest, batch.Count));
        Assert.True((await reader.ReadAsync(default)).IsEndOfShard);
    }

    // The simulator's find: an empty answer of a throttled shard that lacks its iterator, of a shard that is known to be closed and names no children.
    [Fact]
    public async Task EmptyAnswerOfAClosedShardThatIsSaidToBeBehind_IsNotItsEnd()
    {
        await PutAsync(0, 3);
        await _stream.SplitShardAsync(First, null, default);
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        _aws.Kinesis.Faults = new KinesisFaults(1) { MissingIterator = 1, MillisBehindLatest = 5000, MaxRecordsPerAnswer = 0 };
        for (int i = 0; i < 5; i++) Assert.False((await reader.ReadAsync(default)).IsEndOfShard);
        _aws.Kinesis.Faults = new KinesisFaults(1);
        var seen = new List<Seen>();
        Assert.True(await reader.ReadToTipAsync(seen));
        Assert.Equal(["0", "1", "2"], seen.Texts());
    }

    [Fact]
    public async Task AnswersWithoutRecords_AreAskedForAgain()
    {
        await PutAsync(0, 30);
        _aws.Kinesis.Faults = new KinesisFaults(5) { MissingRecords = 0.3, MaxRecordsPerAnswer = 3 };
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        var seen = new List<Seen>();
        bool isTold = false;
        while (seen.Count < 30)
        {
            RecordBatch batch = await reader.ReadAsync(default);
            isTold |= batch.Trouble?.Contains("had no Records", StringComparison.Ordinal) == true;
            seen.AddRange(batch);
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}"), seen.Texts());
        Assert.True(isTold);
    }

    [Fact]
    public async Task ServiceThatGivesNoRecordsAtAll_IsAnErrorAfterAFewQuestions()
    {
        await PutAsync(0, 1);
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        _aws.Kinesis.Faults = new KinesisFaults(1) { MissingRecords = 1 };
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(async () => await reader.ReadAsync(default));
        Assert.Contains("answers to GetRecords in a row have no Records", error.Message, StringComparison.Ordinal);
        Assert.InRange(_aws.Kinesis.CallsOf["GetRecords"], 3, 10);
        _aws.Kinesis.Faults.Clear();
        Assert.Equal(["0"], (await reader.ReadToTipAsync()).Texts());
    }

    // The look at the oldest record must come to a judgement, or records could be lost without a word.
    [Fact]
    public async Task OddAnswersWhileTheOldestRecordIsLookedFor_HideNoLoss()
    {
        await PutAsync(0, 5);
        List<Seen> seen = await _stream.ReadAllAsync(First);
        _aws.Kinesis.Trim("stock_stream", 3);
        for (int seed = 0; seed < 10; seed++)
        {
            _aws.Kinesis.Faults = new KinesisFaults(seed) { MissingIterator = 0.5, MissingRecords = 0.3, MissingArrival = 0.5 };
            await Assert.ThrowsAsync<StreamDataLossException>(() => _stream.OpenReaderAsync(First, StreamPosition.After(seen[0].Position), default));
        }
    }

    [Fact]
    public async Task TimeOfTheTip_IsBeforeTheQuestion()
    {
        await using IShardReader reader = await _stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        long before = Streaming.Shared.Ticks.IsoTime.ToMicros(_stream.Client.Now);
        RecordBatch batch = await reader.ReadAsync(default);
        long after = Streaming.Shared.Ticks.IsoTime.ToMicros(_stream.Client.Now);
        // Two seconds less, because the times of the service's machines may differ.
        Assert.InRange(batch.TipAtMicros!.Value, before - 2_000_000, after - 2_000_000);
        await PutAsync(0, 1);
        Assert.Null((await reader.ReadAsync(default)).TipAtMicros);
    }

    private async Task PutAsync(int from, int to)
    {
        for (int i = from; i < to; i++) await _stream.PutAsync(("A", $"{i}"));
    }
}
