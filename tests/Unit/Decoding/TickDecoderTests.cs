using System.Text;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Decoding;

public sealed class TickDecoderTests
{
    /// <summary>2024-01-03 00:00 UTC.</summary>
    private const long Arrival = 1_704_240_000_000_000;

    private static readonly TickerTable Tickers = new();

    public static TheoryData<string, string> BadRecords => new()
    {
        { "", BadRecordReasons.NotJson },
        { "hello", BadRecordReasons.NotJson },
        { "[1]", BadRecordReasons.NotJson },
        { "\"text\"", BadRecordReasons.NotJson },
        { "null", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1""", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1} x""", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}{"ticker":"A"}""", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":NaN}""", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":Infinity}""", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":01}""", BadRecordReasons.NotJson },
        { """{"timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.NoTicker },
        { """{"ticker":"","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.NoTicker },
        { """{"ticker":null,"timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.NoTicker },
        { """{"ticker":5,"timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.NoTicker },
        { $$"""{"ticker":"{{new string('X', 65)}}","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.TickerTooLong },
        { $$"""{"ticker":"{{new string('漢', 22)}}","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.TickerTooLong },
        { """{"ticker":"A\u0000B","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.TickerControl },
        { """{"ticker":"A\u001b[2J","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.TickerControl },
        { """{"ticker":"A\u0085","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.TickerControl },
        { """{"ticker":"\ud800","timestamp":"2024-01-02T15:04:05Z","close":1}""", BadRecordReasons.NotJson },
        { """{"ticker":"A","close":1}""", BadRecordReasons.NoTimestamp },
        { """{"ticker":"A","timestamp":1704207845,"close":1}""", BadRecordReasons.NoTimestamp },
        { """{"ticker":"A","timestamp":"yesterday","close":1}""", BadRecordReasons.BadTimestamp },
        { """{"ticker":"A","timestamp":"2099-01-01T00:00:00Z","close":1}""", BadRecordReasons.AheadOfArrival },
        { """{"ticker":"A","timestamp":"2024-01-04T00:00:00.000001Z","close":1}""", BadRecordReasons.AheadOfArrival },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z"}""", BadRecordReasons.NoClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":null}""", BadRecordReasons.NoClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":"1"}""", BadRecordReasons.NoClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":0}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":-0.0}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":-5}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e300}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e-300}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e999}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"open":"x"}""", BadRecordReasons.BadOpen },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"high":-1}""", BadRecordReasons.BadHigh },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"low":0}""", BadRecordReasons.BadLow },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"volume":-1}""", BadRecordReasons.BadVolume },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"volume":1.5}""", BadRecordReasons.BadVolume },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"volume":9223372036854775808}""", BadRecordReasons.BadVolume },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"volume":"many"}""", BadRecordReasons.BadVolume },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"date":"soon"}""", BadRecordReasons.BadDate },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"date":"2024-02-30"}""", BadRecordReasons.BadDate },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"date":20240102}""", BadRecordReasons.BadDate },
    };

    [Theory]
    [MemberData(nameof(BadRecords))]
    public void BadRecord_IsAValueWithItsReason(string json, string reason)
    {
        DecodedBatch decoded = Decode(Encoding.UTF8.GetBytes(json));
        Assert.Equal([new BadRecord(0, reason)], decoded.Bad);
        Assert.Equal(0, decoded.TickCount);
    }

    [Fact]
    public void InvalidUtf8_IsABadRecord()
    {
        byte[] json = [.. "{\"ticker\":\""u8, 0xC3, 0x28, .. "\",\"timestamp\":\"2024-01-02T15:04:05Z\",\"close\":1}"u8];
        Assert.Single(Decode(json).Bad);
    }

    [Fact]
    public void MegabyteOfGarbage_IsOneBadRecord()
    {
        byte[] garbage = new byte[1024 * 1024];
        new Random(1).NextBytes(garbage);
        Assert.Equal([new BadRecord(0, BadRecordReasons.NotJson)], Decode(garbage).Bad);
    }

    [Fact]
    public void DeepNesting_IsABadRecordOrSkipped()
    {
        byte[] deep = Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}");
        Assert.Single(Decode(deep).Bad);
    }

    [Fact]
    public void ContractRecord_IsReadWhole()
    {
        DecodedTick tick = Good("""
            {"ticker":"BRK.B","date":"2024-01-02","timestamp":"2024-01-02T15:04:05.250000+00:00","open":1.5,"high":2,"low":1.25,"close":1.75,"volume":300,"run":"r","seq":7}
            """);
        Assert.Equal("BRK.B", tick.Ticker.Name);
        Assert.Equal(new DateOnly(2024, 1, 2), tick.Date);
        Assert.Equal(1_704_207_845_250_000, tick.EventMicros);
        Assert.Equal((1.5, 2, 1.25, 1.75), (tick.Open, tick.High, tick.Low, tick.Close));
        Assert.Equal((Int128)1_750_000_000_000, tick.ExactClose);
        Assert.Equal(300, tick.Volume);
    }

    [Fact]
    public void MissingFields_AreTheClose()
    {
        DecodedTick tick = Good("""{"close":3,"timestamp":"2024-01-02T15:04:05Z","ticker":"A","open":null,"volume":null,"date":null}""");
        Assert.Equal((3d, 3d, 3d), (tick.Open, tick.High, tick.Low));
        Assert.Equal(Tick.NoVolume, tick.Volume);
        Assert.Null(tick.Date);
    }

    [Theory]
    [InlineData("""{"t\u0069cker":"\u0041\uD83D\uDE00","timestamp":"2024-01-02T15:04:05Z","close":1,"more":{"close":[2]}}""", "A😀")]
    [InlineData("""{"ticker":"A","timestamp":"2024-01-02T15:04:05\u002B00:00","close":1,"date":"2024\u002d01-02"}""", "A")]
    [InlineData("""  {"ticker":" SPY ","timestamp":"2024-01-02 15:04:05","close":1e0,"volume":100.0}  """, " SPY ")]
    [InlineData("""{"ticker":"../x","timestamp":"2024-01-02T15:04:05-05:00","close":1,"date":"2024-01-02 00:00:00"}""", "../x")]
    [InlineData("""{"ticker":"old","ticker":"new","timestamp":"2024-01-02T15:04:05Z","close":9,"close":1}""", "new")]
    public void OddButValid_IsATick(string json, string ticker)
    {
        DecodedTick tick = Good(json);
        Assert.Equal(ticker, tick.Ticker.Name);
        Assert.Equal(1, tick.Close);
    }

    [Fact]
    public void FullTickerTable_QuarantinesNewTickersOnly()
    {
        var decoder = new TickDecoder(new TickerTable(limit: 1));
        RecordBatch batch = Batch(Encoding.UTF8.GetBytes("""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}"""));
        batch.Add(SequenceNumber.FromUInt64(2), Arrival, """{"ticker":"B","timestamp":"2024-01-02T15:04:05Z","close":1}"""u8);
        batch.Add(SequenceNumber.FromUInt64(3), Arrival, """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}"""u8);
        DecodedBatch decoded = decoder.Decode(batch);
        Assert.Equal(2, decoded.TickCount);
        Assert.Equal([new BadRecord(1, BadRecordReasons.TooManyTickers)], decoded.Bad);
    }

    private static DecodedTick Good(string json)
    {
        DecodedBatch decoded = Decode(Encoding.UTF8.GetBytes(json));
        Assert.Empty(decoded.Bad);
        return Assert.Single(decoded.Ticks.ToArray());
    }

    private static DecodedBatch Decode(byte[] data) => new TickDecoder(Tickers).Decode(Batch(data));

    private static RecordBatch Batch(byte[] data)
    {
        var batch = new RecordBatch();
        batch.Add(SequenceNumber.FromUInt64(1), Arrival, data);
        return batch;
    }
}
