using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>One ticker's rows of a trading day from a seed: a row a minute, prices in cents that repeat little.</summary>
internal static class TradingDayBars
{
    public const int Rows = 390;

    public static ObjectOrigin Origin { get; } = new("stock_stream", "3f0b8f1e-6f4e-4a86-9d3c-2f6d7d1a9c55", "avg-1min", "shardId-000000000000");

    public static Bar[] Make()
    {
        var random = new Random(TickRecords.Seed);
        long open = (new DateTime(2024, 1, 2, 14, 30, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return [.. Enumerable.Range(0, Rows).Select(minute =>
        {
            int ticks = random.Next(10, 200);
            double low = Cents(), high = low + 0.25;
            return new Bar(
                open + (minute * WindowValue.LengthMicros), low + (random.Next(25 * ticks) / 100.0 / ticks), Cents(), Cents(), high, low,
                100 * random.Next(10, 1000), ticks);
        })];

        double Cents() => (10_000 + random.Next(-500, 500)) / 100.0;
    }
}
