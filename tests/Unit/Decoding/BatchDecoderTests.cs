using Streaming.Consumer.Decoding;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Decoding;

/// <summary>A decoder with a bug: the record that brings it out is a bad record, and no other is.</summary>
public sealed class BatchDecoderTests
{
    private readonly List<byte> _decoded = [];

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 5 })]
    [InlineData(new byte[] { 2, 3 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 })]
    public void RecordOnWhichTheDecoderFails_IsBadAndTheOthersAreNot(byte[] poison)
    {
        DecodedBatch batch = Decode(poison, failures: int.MaxValue);
        Assert.Equal(poison.Select(Number), batch.Failures.Select(failure => failure.SequenceNumber));
        for (byte i = 1; i <= 5; i++)
        {
            DecodedTick tick = batch.Ticks[i - 1];
            Assert.Equal(poison.Contains(i) ? $"the consumer failed on it: System.OverflowException: poison {i}" : null, tick.Fault);
        }
    }

    [Fact]
    public void RecordOnWhichTheDecoderFailsOnce_IsTriedAgainAlone()
    {
        DecodedBatch batch = Decode(poison: [3], failures: 1);
        Assert.Empty(batch.Failures);
        Assert.All(batch.Ticks.ToArray(), tick => Assert.Null(tick.Fault));
        Assert.Equal([1, 2, 3, 3, 4, 5], _decoded);
    }

    [Fact]
    public void NextBatch_BeginsAfresh()
    {
        var decoder = new BatchDecoder((in StreamRecord record, out DecodedTick tick) => tick = record.Data[0] == 1 ? throw new InvalidOperationException() : default);
        Assert.Single(decoder.Decode(Batch()).Failures);
        RecordBatch good = new();
        good.Add(Number(6), 0, [6]);
        Assert.Empty(decoder.Decode(good).Failures);
        Assert.Null(decoder.Decode(good).Ticks[0].Fault);
    }

    [Fact]
    public void LackOfMemory_IsNoFaultOfTheRecord()
    {
        var decoder = new BatchDecoder((in StreamRecord _, out DecodedTick tick) => tick = new DecodedTick { Volume = new byte[int.MaxValue].Length });
        Assert.Throws<OutOfMemoryException>(() => decoder.Decode(Batch()));
    }

    [Fact]
    public void LongMessage_IsCut()
        => Assert.InRange(BadRecordReasons.ConsumerFailed(new InvalidOperationException(new string('x', 100_000))).Length, 300, 400);

    private DecodedBatch Decode(byte[] poison, int failures)
    {
        var decoder = new BatchDecoder((in StreamRecord record, out DecodedTick tick) =>
        {
            byte id = record.Data[0];
            _decoded.Add(id);
            tick = default;
            if (poison.Contains(id) && failures-- > 0) throw new OverflowException($"poison {id}");
        });
        return decoder.Decode(Batch());
    }

    private static RecordBatch Batch()
    {
        var batch = new RecordBatch();
        for (byte i = 1; i <= 5; i++) batch.Add(Number(i), 0, [i]);
        return batch;
    }

    private static SequenceNumber Number(byte id) => SequenceNumber.FromUInt64(id);
}
