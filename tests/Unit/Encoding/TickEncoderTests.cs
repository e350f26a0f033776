using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Streaming.Producer.Encoding;
using Streaming.Shared.Ticks;

// Not Unit.Encoding: that would hide System.Text.Encoding from all other unit tests.
namespace Streaming.Tests.Unit.EncodingTests;

public sealed class TickEncoderTests
{
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Fact]
    public void Bar_ReadsAsTheContractSays()
        => Assert.Equal(
            """{"ticker":"AAPL","date":"2024-01-02","timestamp":"2024-01-02T14:30:00+00:00","open":187.15,"high":188,"low":1E-07,"close":185.64,"volume":82488700,"run":"r1","seq":7}""",
            Encode(Bar() with { Open = 187.15, High = 188, Low = 1e-7, Volume = 82_488_700 }, 7));

    [Fact]
    public void AbsentFields_AreLeftOut()
        => Assert.Equal(
            """{"ticker":"AAPL","date":"2024-01-02","timestamp":"2024-01-02T14:30:00+00:00","close":185.64,"run":"r1","seq":0}""",
            Encode(Bar(), 0));

    [Theory]
    [InlineData(0, "2024-01-02T14:30:00+00:00")]
    [InlineData(120_000, "2024-01-02T14:30:00.120+00:00")]
    [InlineData(1, "2024-01-02T14:30:00.000001+00:00")]
    [InlineData(-1, "2024-01-02T14:29:59.999999+00:00")]
    public void Timestamp_HasOnlyTheDigitsThatItNeeds(long shift, string expected)
        => Assert.Equal(expected, Property(Encode(Bar() with { TimestampMicros = Bar().TimestampMicros + shift }, 0), "timestamp"));

    // Four in the morning UTC is still the day before in New York; the date of the data wins where there is one.
    [Fact]
    public void Date_IsTheExchangesUnlessTheTickHasOne()
    {
        Tick night = Bar() with { TimestampMicros = Bar().TimestampMicros + (14L * 3_600_000_000) };
        Assert.Equal("2024-01-02", Property(Encode(night, 0), "date"));
        Assert.Equal("2023-12-29", Property(Encode(night with { Date = new DateOnly(2023, 12, 29) }, 0), "date"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyTick_ReadsBackTheSame(int seed)
    {
        var random = new Random(seed);
        var encoder = new TickEncoder(new ExchangeCalendar(NewYork), "run");
        for (int i = 0; i < 20_000; i++)
        {
            Tick tick = RandomTick(random);
            encoder.Encode(in tick, i);

            using JsonDocument json = JsonDocument.Parse(encoder.Record.ToArray());
            JsonElement record = json.RootElement;
            Assert.Equal(tick.Ticker, record.GetProperty("ticker").GetString());
            Assert.Equal(tick.Ticker, System.Text.Encoding.UTF8.GetString(encoder.Key));
            Assert.Equal(tick.TimestampMicros, (record.GetProperty("timestamp").GetDateTimeOffset() - DateTimeOffset.UnixEpoch).Ticks / 10);
            Assert.Equal(tick.Close, record.GetProperty("close").GetDouble());
            Assert.Equal(tick.Open, record.TryGetProperty("open", out JsonElement open) ? open.GetDouble() : double.NaN);
            Assert.Equal(tick.Volume, record.TryGetProperty("volume", out JsonElement volume) ? volume.GetDouble() : double.NaN);
            Assert.Equal(i, record.GetProperty("seq").GetInt64());
            Assert.Equal(ExpectedDate(tick), record.GetProperty("date").GetString());
        }
    }

    // Seconds, days and hundreds of counts, of which text is remembered, end in all places and come again; the encoder has nothing to go by but the tick.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyTicksInARow_AreWrittenAsOneByOne(int seed)
    {
        var random = new Random(seed);
        const string run = "a\"run";
        var encoder = new TickEncoder(new ExchangeCalendar(NewYork), run);
        Tick[] ticks = [.. Enumerable.Range(0, 20).Select(_ => RandomTick(random))];
        long sequence = 0;
        for (int i = 0; i < 20_000; i++)
        {
            ref Tick tick = ref ticks[random.Next(ticks.Length)];
            tick.TimestampMicros = random.Next(4) switch
            {
                0 => tick.TimestampMicros,
                1 => Bar().TimestampMicros + random.Next(-1_500_000, 1_500_000),
                2 => Bar().TimestampMicros + (random.Next(-500, 500) * 3_600_000_000L) + random.Next(-2, 2),
                _ => tick.TimestampMicros / 1_000_000 * 1_000_000,
            };
            if (random.Next(3) == 0) tick.Close = random.Next(1, 10_000_000) / 100.0;
            if (random.Next(3) == 0) tick.Volume = random.Next(0, 2000) * 100;
            sequence = random.Next(50) == 0 ? random.NextInt64() >> random.Next(64) : sequence + 1;

            encoder.Encode(in tick, sequence);

            Assert.Equal(Simply(tick, run, sequence), System.Text.Encoding.UTF8.GetString(encoder.Record));
        }
    }

    [Fact]
    public void LongestRecord_Fits()
    {
        string run = new('r', 5000);
        Tick tick = Bar() with
        {
            Ticker = new string('"', TickRules.MaxTickerBytes),
            TimestampMicros = 253_402_300_799_999_999,
            Date = DateOnly.MaxValue,
            Open = 1.2345678901234567E-12,
            High = 1.2345678901234567E-12,
            Low = 1.2345678901234567E-12,
            Close = 1.2345678901234567E-12,
            Volume = 1.2345678901234567E-12,
        };
        var encoder = new TickEncoder(new ExchangeCalendar(NewYork), run);
        encoder.Encode(in tick, long.MaxValue);
        Assert.Equal(Simply(tick, run, long.MaxValue), System.Text.Encoding.UTF8.GetString(encoder.Record));
    }

    [Fact]
    public void Encoding_MakesNoGarbagePerTick()
    {
        var encoder = new TickEncoder(new ExchangeCalendar(NewYork), "run");
        Tick tick = Bar() with { Open = 1.25, High = 2.5, Low = 0.1, Volume = 7 };
        for (int i = 0; i < 1000; i++) encoder.Encode(in tick, i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            tick.TimestampMicros += 1_000_000;
            encoder.Encode(in tick, i);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000, "more than a byte per tick");
    }

    private static Tick Bar() => new()
    {
        Ticker = "AAPL",
        TimestampMicros = DateTimeOffset.Parse("2024-01-02T14:30:00Z").ToUnixTimeMilliseconds() * 1000,
        Open = double.NaN,
        High = double.NaN,
        Low = double.NaN,
        Close = 185.64,
        Volume = double.NaN,
    };

    private static Tick RandomTick(Random random)
    {
        const string letters = "AZaz09 .^=/\\\"',{}<>&+\u007F\u00C5\u6F22\u2028";
        string ticker = random.Next(50) == 0 ? "\U0001F4C8" : new string([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => letters[random.Next(letters.Length)])]);
        return Bar() with
        {
            Ticker = ticker,
            TimestampMicros = random.NextInt64(-62_135_596_800_000_000, 253_402_300_799_999_999) / (random.Next(2) == 0 ? 1_000_000 : 1),
            Date = random.Next(2) == 0 ? null : new DateOnly(1990, 1, 1).AddDays(random.Next(20_000)),
            Open = random.Next(2) == 0 ? double.NaN : Math.Pow(10, (random.NextDouble() * 24) - 12),
            Close = Math.Pow(10, (random.NextDouble() * 24) - 12) * random.Next(-1, 2),
            Volume = random.Next(4) switch { 0 => double.NaN, 1 => random.NextInt64(), 2 => random.Next(), _ => Math.Pow(10, (random.NextDouble() * 24) - 12) },
        };
    }

    private static string ExpectedDate(Tick tick)
    {
        if (tick.Date is { } date) return date.ToString("yyyy-MM-dd");
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddMicroseconds(tick.TimestampMicros);
        // Before the year 1 began in New York there is no date to say; the first day stands for it.
        if (time < DateTimeOffset.MinValue.AddDays(1)) return "0001-01-01";
        return TimeZoneInfo.ConvertTime(time, NewYork).ToString("yyyy-MM-dd");
    }

    private static string Simply(Tick tick, string run, long sequence)
    {
        static string Number(string name, double value) => double.IsNaN(value) ? "" : string.Create(CultureInfo.InvariantCulture, $",\"{name}\":{value}");
        static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(tick.TimestampMicros * TimeSpan.TicksPerMicrosecond);
        string fraction = (time.Ticks % TimeSpan.TicksPerSecond) switch
        {
            0 => "",
            var rest when rest % TimeSpan.TicksPerMillisecond == 0 => ".fff",
            _ => ".ffffff",
        };
        string timestamp = time.ToString($"yyyy-MM-dd'T'HH:mm:ss{fraction}+00:00", CultureInfo.InvariantCulture);
        return $"{{\"ticker\":{Quoted(tick.Ticker)},\"date\":\"{ExpectedDate(tick)}\",\"timestamp\":\"{timestamp}\""
            + Number("open", tick.Open) + Number("high", tick.High) + Number("low", tick.Low) + Number("close", tick.Close)
            + (tick.Volume == Math.Floor(tick.Volume) ? $",\"volume\":{(BigInteger)tick.Volume}" : Number("volume", tick.Volume))
            + $",\"run\":{Quoted(run)},\"seq\":{sequence}}}";
    }

    private static string Encode(Tick tick, long sequence)
    {
        var encoder = new TickEncoder(new ExchangeCalendar(NewYork), "r1");
        encoder.Encode(in tick, sequence);
        return System.Text.Encoding.UTF8.GetString(encoder.Record);
    }

    private static string? Property(string json, string name)
    {
        using JsonDocument record = JsonDocument.Parse(json);
        return record.RootElement.GetProperty(name).GetString();
    }
}
