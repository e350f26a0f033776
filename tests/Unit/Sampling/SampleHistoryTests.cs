using Streaming.Producer.Sampling;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.Archive;

namespace Streaming.Tests.Unit.Sampling;

public sealed class SampleHistoryTests
{
    [Fact]
    public void SameSeed_GivesTheSameBytes_AnotherSeedOthers()
    {
        using var folder = new ScratchFolder();
        byte[][] Files(string name, int seed) => [.. SampleHistory.Write(folder[name], seed, tickers: 2).Files.Select(File.ReadAllBytes)];
        byte[][] first = Files("a", 7);
        Assert.Equal(first, Files("b", 7));
        Assert.NotEqual(first, Files("c", 8));
    }

    [Fact]
    public void Day_IsATradingDayOfAboutAHundredThousandTrades()
    {
        using var folder = new ScratchFolder();
        SampleSummary summary = SampleHistory.Write(folder.Path);
        List<Tick> ticks = ArchiveReads.All(folder.Path);

        Assert.Equal(summary.Ticks, ticks.Count);
        Assert.InRange(ticks.Count, 90_000, 110_000);
        Assert.Equal(10, ticks.Select(tick => tick.Ticker).Distinct().Count());
        // 09:30 to 16:00 in New York, in winter.
        Assert.InRange(ticks[0].TimestampMicros, Micros("2024-01-02T14:30:00Z"), Micros("2024-01-02T14:31:00Z"));
        Assert.InRange(ticks[^1].TimestampMicros, Micros("2024-01-02T20:59:00Z"), Micros("2024-01-02T21:00:00Z") - 1);
        Assert.All(ticks, tick => Assert.Equal(Math.Round(tick.Close, 2), tick.Close));
        int[] perHour = [.. ticks.GroupBy(tick => tick.TimestampMicros / 3_600_000_000).OrderBy(hour => hour.Key).Select(hour => hour.Count())];
        Assert.True(perHour[1] > perHour[3] && perHour[^1] > perHour[3], $"busy at both ends: {string.Join(", ", perHour)}");
    }

    private static long Micros(string time) => DateTimeOffset.Parse(time).ToUnixTimeMilliseconds() * 1000;
}
