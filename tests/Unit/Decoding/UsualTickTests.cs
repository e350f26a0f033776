using System.Diagnostics;
using System.Text;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Producer.Encoding;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Decoding;

/// <summary>The fast path against the general reader, which is its simple twin.</summary>
public sealed class UsualTickTests(ITestOutputHelper output)
{
    private const int Seed = 20240102;

    /// <summary>2024-01-03 00:00 UTC, so that a day is ahead of it that the records have.</summary>
    private const long Arrival = 1_704_240_000_000_000 - (9 * 3_600_000_000L);

    private readonly TickerTable _tickers = new(shard: null);
    private readonly TickerTable _twinsTickers = new(shard: null);
    private readonly RecordBatch _batch = new();

    [Fact]
    public void AnyRecord_RightOrWrong_IsReadAsTheTwinDoes()
    {
        const int records = 15_000;
        const int changesPerRecord = 10;
        var decoder = new TickDecoder(_tickers);
        var twin = new TickDecoder(_twinsTickers);
        // What it remembers goes from record to record, so all are read by the same one.
        var usual = new UsualTick(_tickers, new RunIds());
        (int read, int usually, int refused) = (0, 0, 0);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < records; i++)
        {
            var random = new Random(Seed + i);
            var record = new RandomRecord(random);
            byte[] whole = record.Next();
            Check(whole, i);
            for (int j = 0; j < changesPerRecord; j++) Check(record.Change(whole), i);
        }

        output.WriteLine($"seed {Seed}: {read} read, {usually} of them as usual, {refused} refused, in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        Assert.True(read > 25_000 && usually > 20_000 && refused > 25_000);

        void Check(byte[] json, int index)
        {
            StreamRecord record = Record(json);
            twin.DecodeAny(record, out DecodedTick expected);
            decoder.Decode(record, out DecodedTick actual);
            if (!AreSame(expected, actual)) Assert.Fail($"seed {Seed} + {index}:\n{Encoding.Latin1.GetString(json)}\nexpected {Text(expected)}\nactual   {Text(actual)}");
            if (expected.Fault is null) read++;
            else refused++;
            if (usual.TryRead(record, out DecodedTick tick))
            {
                usually++;
                if (!AreSame(expected, tick)) Assert.Fail($"seed {Seed} + {index}:\n{Encoding.Latin1.GetString(json)}\nexpected {Text(expected)}\nas usual {Text(tick)}");
            }
        }
    }

    [Fact]
    public void AnyByteAnywhere_IsReadAsTheTwinDoes()
    {
        var decoder = new TickDecoder(_tickers);
        foreach (string json in UsualRecords)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(json);
            for (int at = 0; at < bytes.Length; at++)
            {
                byte kept = bytes[at];
                for (int value = 0; value < 256; value++)
                {
                    bytes[at] = (byte)value;
                    StreamRecord record = Record(bytes);
                    decoder.DecodeAny(record, out DecodedTick expected);
                    decoder.Decode(record, out DecodedTick actual);
                    Assert.True(AreSame(expected, actual), $"{Encoding.Latin1.GetString(bytes)}\nexpected {Text(expected)}\nactual   {Text(actual)}");
                }

                bytes[at] = kept;
            }
        }
    }

    public static TheoryData<string> UsualRecords =>
    [
        """{"ticker":"T0001","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.123+00:00","close":100.12,"volume":500,"run":"0123456789ab","seq":123456}""",
        """{"ticker":"T0008","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.123456+00:00","close":100.12345678,"volume":500}""",
        """{"ticker":"AAPL","date":"2024-01-02","timestamp":"2024-01-02T14:30:00+00:00","open":187.15,"high":188,"low":0.1,"close":185.64,"volume":82488700,"run":"r1","seq":0}""",
        """{"ticker":"FIFTEEN CHARS.X","date":"2024-01-02","timestamp":"2024-01-02T09:30:00-05:00","close":1234567.8901234,"run":"r1","seq":123456789012345}""",
        """{"ticker":"A","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.001+00:00","close":0.12,"volume":0}""",
    ];

    [Theory]
    [MemberData(nameof(UsualRecords))]
    public void RecordsInTheProducersLayout_AreReadWithoutTheGeneralReader(string json)
    {
        byte[] data = Encoding.UTF8.GetBytes(json);
        new TickDecoder(_tickers).DecodeAny(Record(data), out DecodedTick expected);
        Assert.True(new UsualTick(_tickers, new RunIds()).TryRead(Record(data), out DecodedTick tick));
        Assert.True(AreSame(expected, tick), $"expected {Text(expected)}\nactual   {Text(tick)}");
    }

    [Fact]
    public void RunsAndMinutesInTurns_MakeNoGarbage()
    {
        Enter("A");
        var usual = new UsualTick(_tickers, new RunIds());
        for (int i = 0; i < 20; i++)
        {
            _batch.Add(SequenceNumber.FromUInt64(1), Arrival, Encoding.UTF8.GetBytes(
                $$"""{"ticker":"A","date":"2024-01-0{{1 + (i % 2)}}","timestamp":"2024-01-02T14:3{{i % 5}}:05+00:00","close":1,"run":"producer-{{(char)('a' + (i % 3))}}","seq":{{i}}}"""));
        }

        ReadAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void ReadAll()
        {
            for (int i = 0; i < _batch.Count; i++) Assert.True(usual.TryRead(_batch[i], out _));
        }
    }

    // Before it has seen a run or a minute, it remembers none: not even one of zeros.
    [Theory]
    [InlineData("""{"ticker":"A","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.001+00:00","close":0.12#123456}""")]
    [InlineData("""{"ticker":"A","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.001+00:00","close":0.12,"volume":7#5}""")]
    [InlineData("""{"ticker":"A#","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.001+00:00","close":0.12,"volume":7}""")]
    [InlineData("""{"ticker":"A#################################################:00.001########"close":0.12,"volume":7}""")]
    [InlineData("""{"ticker":"A"##################################################:00.001########"close":0.12,"volume":7}""")]
    public void NewReader_TakesNoZerosForWhatItRemembers(string json)
    {
        Enter("A");
        byte[] data = Encoding.UTF8.GetBytes(json.Replace('#', '\0'));
        Assert.False(new UsualTick(_tickers, new RunIds()).TryRead(Record(data), out _));
        new TickDecoder(_tickers).Decode(Record(data), out DecodedTick tick);
        Assert.Equal(BadRecordReasons.NotJson, tick.Fault);
    }

    // Known tickers whose names stand in JSON otherwise than they are: what stands there as they are is something else.
    [Theory]
    [InlineData("A\\n", """A\n""", BadRecordReasons.TickerControl)]
    [InlineData("A\\u0042", """A\u0042""", null)]
    [InlineData("A\"", """A""", null)]
    public void KnownTickerThatIsEscaped_IsNotTakenForWhatLooksLikeIt(string known, string written, string? fault)
    {
        Enter(known);
        byte[] data = Encoding.UTF8.GetBytes($$"""{"ticker":"{{written}}","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.001+00:00","close":0.12,"volume":7}""");
        new TickDecoder(_tickers).Decode(Record(data), out DecodedTick tick);
        Assert.Equal(fault, tick.Fault);
        if (fault is null) Assert.NotEqual(known, _tickers[tick.TickerId].Name);
    }

    [Fact]
    public void BadRecordOfANewTicker_TakesNoPlaceInTheTable()
    {
        new TickDecoder(_tickers).Decode(Record("""{"ticker":"NEW","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.001+00:00","close":1000000000001,"volume":7}"""u8), out DecodedTick tick);
        Assert.Equal(BadRecordReasons.BadClose, tick.Fault);
        Assert.Empty(_tickers.All);
    }

    [Fact]
    public void ProducersRecords_AreReadWithoutTheGeneralReader()
    {
        var random = new Random(Seed);
        var encoder = new TickEncoder(new ExchangeCalendar(TimeZoneInfo.FindSystemTimeZoneById("America/New_York")), "0123456789ab");
        var decoder = new TickDecoder(_tickers);
        var usual = new UsualTick(_tickers, new RunIds());
        for (int i = 0; i < 10_000; i++)
        {
            bool isBar = random.Next(2) == 0;
            var tick = new Tick
            {
                Ticker = "T" + random.Next(100),
                TimestampMicros = Arrival - random.NextInt64(86_400_000_000),
                Open = isBar ? Price() : double.NaN,
                High = isBar ? Price() : double.NaN,
                Low = isBar ? Price() : double.NaN,
                Close = Price(),
                Volume = random.Next(4) == 0 ? double.NaN : random.Next(),
            };
            encoder.Encode(in tick, i);
            StreamRecord record = Record(encoder.Record);
            decoder.DecodeAny(record, out DecodedTick expected);
            Assert.True(usual.TryRead(record, out DecodedTick actual), Encoding.UTF8.GetString(encoder.Record));
            Assert.True(AreSame(expected, actual), $"expected {Text(expected)}\nactual   {Text(actual)}");
        }

        double Price() => Math.Round(0.01 + (random.NextDouble() * 1000), random.Next(2, 9));
    }

    private void Enter(string ticker) => Assert.True(_tickers.TryGetOrAdd(Encoding.UTF8.GetBytes(ticker), out _));

    private StreamRecord Record(ReadOnlySpan<byte> data)
    {
        _batch.Clear();
        _batch.Add(SequenceNumber.FromUInt64(1), Arrival, data);
        return _batch[0];
    }

    private bool AreSame(in DecodedTick left, in DecodedTick right)
    {
        if (left.Fault is not null || right.Fault is not null) return left.Fault == right.Fault;
        return Text(left) == Text(right);
    }

    // Doubles as their bits.
    private string Text(in DecodedTick tick) => tick.Fault ?? string.Join(
        ' ', _tickers[tick.TickerId].Name, tick.EventMicros, Bits(tick.Open), Bits(tick.High), Bits(tick.Low), Bits(tick.Close), Bits(tick.Volume), tick.Date, tick.Run, tick.Seq);

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
