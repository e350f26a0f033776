using System.Globalization;
using System.Text;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Decoding;

public sealed class TickDecoderTests
{
    /// <summary>2024-01-03 00:00 UTC.</summary>
    private const long Arrival = 1_704_240_000_000_000;

    private static readonly TickerTable Tickers = new(shard: null);

    public static TheoryData<string, string> BadRecords => new()
    {
        { "hello", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1""", BadRecordReasons.NotJson },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1} x""", BadRecordReasons.NotJson },
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
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":9e-28}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":-9e-28}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":-1000000000001}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e300}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e-300}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1e999}""", BadRecordReasons.BadClose },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"date":"soon"}""", BadRecordReasons.BadDate },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"date":"2024-02-30"}""", BadRecordReasons.BadDate },
        { """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"date":20240102}""", BadRecordReasons.BadDate },
    };

    [Theory]
    [MemberData(nameof(BadRecords))]
    public void BadRecord_IsAValueWithItsReason(string json, string reason)
    {
        DecodedTick tick = Decode(Encoding.UTF8.GetBytes(json));
        Assert.Equal(reason, tick.Fault);
    }

    [Fact]
    public void InvalidUtf8_IsABadRecord()
    {
        byte[] json = [.. "{\"ticker\":\""u8, 0xC3, 0x28, .. "\",\"timestamp\":\"2024-01-02T15:04:05Z\",\"close\":1}"u8];
        Assert.Equal(BadRecordReasons.NotJson, Decode(json).Fault);
    }

    [Fact]
    public void MegabyteOfGarbage_IsOneBadRecord()
    {
        byte[] garbage = new byte[1024 * 1024];
        new Random(1).NextBytes(garbage);
        Assert.Equal(BadRecordReasons.NotJson, Decode(garbage).Fault);
    }

    [Fact]
    public void DeepNesting_IsABadRecordOrSkipped()
    {
        byte[] deep = Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}");
        Assert.Equal(BadRecordReasons.NotJson, Decode(deep).Fault);
    }

    [Fact]
    public void ContractRecord_IsReadWhole()
    {
        DecodedTick tick = Good("""
            {"ticker":"BRK.B","date":"2024-01-02","timestamp":"2024-01-02T15:04:05.250000+00:00","open":1.5,"high":2,"low":1.25,"close":1.75,"volume":300,"run":"r","seq":7}
            """);
        Assert.Equal("BRK.B", Tickers[tick.TickerId].Name);
        Assert.Equal(new DateOnly(2024, 1, 2), tick.Date);
        Assert.Equal(1_704_207_845_250_000, tick.EventMicros);
        Assert.Equal((1.5, 2, 1.25, 1.75), (tick.Open, tick.High, tick.Low, tick.Close));
        Assert.Equal(300, tick.Volume);
        Assert.Equal(("r", 7), (tick.Run, tick.Seq));
    }

    [Theory]
    [InlineData(""" "run":"0123456789ab","seq":0 """, "0123456789ab", 0)]
    [InlineData(""" "seq":9223372036854775807,"run":"r" """, "r", long.MaxValue)]
    [InlineData(""" "run":"a\/b","seq":5 """, @"a\/b", 5)]
    [InlineData(""" "run":5,"run":"r","seq":"x","seq":1 """, "r", 1)]
    public void RunAndSeq_AreReadAsTheyStand(string fields, string run, long seq)
    {
        DecodedTick tick = Good($$"""{"ticker":"A",{{fields}},"timestamp":"2024-01-02T15:04:05Z","close":1}""");
        Assert.Equal((run, seq), (tick.Run, tick.Seq));
    }

    // Others may use the names for something else: then a record has neither, and is as good as without.
    [Theory]
    [InlineData(""" "x":1 """)]
    [InlineData(""" "run":"r" """)]
    [InlineData(""" "seq":1 """)]
    [InlineData(""" "run":null,"seq":1 """)]
    [InlineData(""" "run":"","seq":1 """)]
    [InlineData(""" "run":17,"seq":1 """)]
    [InlineData(""" "run":{"ticker":"B","close":[2],"seq":3},"seq":1 """)]
    [InlineData(""" "run":["r",{"seq":3}],"seq":1 """)]
    [InlineData(""" "run":"läuft","seq":1 """)]
    [InlineData(""" "run":"r","seq":null """)]
    [InlineData(""" "run":"r","seq":-1 """)]
    [InlineData(""" "run":"r","seq":1.5 """)]
    [InlineData(""" "run":"r","seq":1e2 """)]
    [InlineData(""" "run":"r","seq":9223372036854775808 """)]
    [InlineData(""" "run":"r","seq":"1" """)]
    [InlineData(""" "run":"r","seq":true """)]
    [InlineData(""" "run":"r","seq":[1,[2]] """)]
    [InlineData(""" "run":"r","seq":{"seq":1} """)]
    [InlineData(""" "run":"r","run":5,"seq":1 """)]
    [InlineData(""" "run":"r","seq":1,"seq":"x" """)]
    public void OddRunOrSeq_IsAbsentAndTheTickIsGood(string fields)
    {
        DecodedTick tick = Good($$"""{"ticker":"A",{{fields}},"timestamp":"2024-01-02T15:04:05Z","close":1}""");
        Assert.Null(tick.Run);
        Assert.Equal(("A", 1), (Tickers[tick.TickerId].Name, tick.Close));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void LengthOfARun_IsBounded(int length, bool isTaken)
    {
        DecodedTick tick = Good($$"""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"run":"{{new string('r', length)}}","seq":1}""");
        Assert.Equal(isTaken ? new string('r', length) : null, tick.Run);
    }

    [Fact]
    public void RunsInTurns_MakeNoGarbage()
    {
        var decoder = new TickDecoder(Tickers);
        RecordBatch batch = Batch([]);
        for (int i = 0; i < 20; i++)
        {
            batch.Add(SequenceNumber.FromUInt64(2), Arrival, Encoding.UTF8.GetBytes(
                $$"""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"run":"producer-{{(char)('a' + (i % 5))}}","seq":{{i}}}"""));
        }

        DecodeAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        DecodeAll();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void DecodeAll()
        {
            for (int i = 1; i < batch.Count; i++) decoder.Decode(batch[i], out _);
        }
    }

    [Fact]
    public void MissingFields_AreTheClose()
    {
        DecodedTick tick = Good("""{"close":3,"timestamp":"2024-01-02T15:04:05Z","ticker":"A","open":null,"volume":null,"date":null}""");
        Assert.Equal((3d, 3d, 3d), (tick.Open, tick.High, tick.Low));
        Assert.Equal(double.NaN, tick.Volume);
        Assert.Null(tick.Date);
    }

    [Theory]
    [InlineData("-37.63")]
    [InlineData("0")]
    [InlineData("-1e-27")]
    [InlineData("7.2388e-11")]
    [InlineData("609.9400024414062")]
    [InlineData("-1e12")]
    public void ZeroNegativeAndSmallPrices_AreTheNearestDouble(string price)
    {
        double expected = double.Parse(price, CultureInfo.InvariantCulture);
        DecodedTick tick = Good($$"""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":{{price}}}""");
        Assert.Equal((expected, expected, expected, expected), (tick.Open, tick.High, tick.Low, tick.Close));
    }

    // Of a low of 0 and one of -0, which is the lower would depend on the order.
    [Fact]
    public void NegativeZero_IsZero()
        => Assert.Equal(0, BitConverter.DoubleToInt64Bits(Good("""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":-0.0}""").Close));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.00123", 0.00123)]
    [InlineData("100.0", 100)]
    [InlineData("1e19", 1e19)]
    [InlineData("9223372036854775808", 9223372036854775808d)]
    [InlineData("1.1e19", double.NaN)]
    [InlineData("1e-28", double.NaN)]
    [InlineData("-1", double.NaN)]
    [InlineData("1e400", double.NaN)]
    [InlineData("null", double.NaN)]
    [InlineData("\"NaN\"", double.NaN)]
    [InlineData("true", double.NaN)]
    [InlineData("[1,{\"close\":2}]", double.NaN)]
    public void Volume_IsAnyNumberFromZero_OrAbsent(string json, double expected)
        => Assert.Equal(expected, Good($$"""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"volume":{{json}}}""").Volume);

    [Theory]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("1e300")]
    [InlineData("1e-28")]
    [InlineData("null")]
    [InlineData("\"NaN\"")]
    [InlineData("{\"low\":5}")]
    public void UnusableOpenHighOrLow_IsAbsentAndTheTickIsGood(string json)
    {
        DecodedTick tick = Good($$"""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","open":{{json}},"high":{{json}},"low":{{json}},"close":-1.5}""");
        Assert.Equal((-1.5, -1.5, -1.5, -1.5), (tick.Open, tick.High, tick.Low, tick.Close));
    }

    [Theory]
    [InlineData("""{"symbol":"A","price":1.5,"produced_at":"2024-01-02T15:04:05.25"}""")]
    [InlineData("""{"produced_at":"2024-01-02T10:04:05.25-05:00","pr\u0069ce":1.5,"ticker":"A"}""")]
    [InlineData("""{"price":"odd","symbol":7,"produced_at":null,"ticker":"A","close":1.5,"timestamp":"2024-01-02T15:04:05.25Z"}""")]
    [InlineData("""{"ticker":"A","close":1.5,"timestamp":"2024-01-02T15:04:05.25Z","symbol":"B","price":9,"produced_at":"2023-01-01T00:00:00Z"}""")]
    public void AliasesOfRequiredFields_CountWhereTheFieldIsMissing(string json)
    {
        DecodedTick tick = Good(json);
        Assert.Equal(("A", 1.5, 1.5, 1_704_207_845_250_000), (Tickers[tick.TickerId].Name, tick.Close, tick.High, tick.EventMicros));
    }

    [Theory]
    [InlineData("""{"symbol":"A","price":1,"close":null,"produced_at":"2024-01-02T15:04:05Z"}""", BadRecordReasons.NoClose)]
    [InlineData("""{"symbol":"A","price":1,"ticker":"","produced_at":"2024-01-02T15:04:05Z"}""", BadRecordReasons.NoTicker)]
    [InlineData("""{"symbol":"A","price":"1","produced_at":"2024-01-02T15:04:05Z"}""", BadRecordReasons.NoClose)]
    [InlineData("""{"symbol":"A","price":1,"produced_at":1704207845}""", BadRecordReasons.NoTimestamp)]
    [InlineData("""{"symbol":"A","price":1}""", BadRecordReasons.NoTimestamp)]
    public void UnusableFieldOrAlias_IsABadRecord(string json, string reason) => Assert.Equal(reason, Decode(Encoding.UTF8.GetBytes(json)).Fault);

    [Theory]
    [InlineData("""{"t\u0069cker":"\u0041\uD83D\uDE00","timestamp":"2024-01-02T15:04:05Z","close":1,"more":{"close":[2]}}""", "A😀")]
    [InlineData("""{"ticker":"A","timestamp":"2024-01-02T15:04:05\u002B00:00","close":1,"date":"2024\u002d01-02"}""", "A")]
    [InlineData("""  {"ticker":" SPY ","timestamp":"2024-01-02 15:04:05","close":1e0,"volume":100.0}  """, " SPY ")]
    [InlineData("""{"ticker":"../x","timestamp":"2024-01-02T15:04:05-05:00","close":1,"date":"2024-01-02 00:00:00"}""", "../x")]
    [InlineData("""{"ticker":"old","ticker":"new","timestamp":"2024-01-02T15:04:05Z","close":9,"close":1}""", "new")]
    public void OddButValid_IsATick(string json, string ticker)
    {
        DecodedTick tick = Good(json);
        Assert.Equal(ticker, Tickers[tick.TickerId].Name);
        Assert.Equal(1, tick.Close);
    }

    [Fact]
    public void FullTickerTable_QuarantinesNewTickersOnly()
    {
        var decoder = new BatchDecoder(new TickDecoder(new TickerTable(shard: null, limit: 1)).Decode);
        RecordBatch batch = Batch(Encoding.UTF8.GetBytes("""{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}"""));
        batch.Add(SequenceNumber.FromUInt64(2), Arrival, """{"ticker":"B","timestamp":"2024-01-02T15:04:05Z","close":1}"""u8);
        batch.Add(SequenceNumber.FromUInt64(3), Arrival, """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}"""u8);
        DecodedBatch decoded = decoder.Decode(batch);
        Assert.Equal([null, BadRecordReasons.TooManyTickers, null], decoded.Ticks.ToArray().Select(tick => tick.Fault));
    }

    private static DecodedTick Good(string json)
    {
        DecodedTick tick = Decode(Encoding.UTF8.GetBytes(json));
        Assert.Null(tick.Fault);
        return tick;
    }

    private static DecodedTick Decode(byte[] data)
    {
        new TickDecoder(Tickers).Decode(Batch(data)[0], out DecodedTick tick);
        return tick;
    }

    private static RecordBatch Batch(byte[] data)
    {
        var batch = new RecordBatch();
        batch.Add(SequenceNumber.FromUInt64(1), Arrival, data);
        return batch;
    }
}
