using Streaming.Producer.Archive.Values;

namespace Streaming.Tests.Unit.Archive;

public sealed class ZoneClockTests
{
    private const long QuarterMicros = 15L * 60 * 1_000_000;

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("UTC")]
    public void LocalTime_AndBack_IsTheSame_ButForTheHourThatIsRepeated(string id)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var clock = new ZoneClock(zone);
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            long utc = random.NextInt64(0, 2_000_000_000) * 1_000_000;
            long local = clock.ToLocal(utc);
            Assert.Equal(zone.GetUtcOffset(DateTime.UnixEpoch.AddTicks(utc * 10)).Ticks / 10, local - utc);
            Assert.True(clock.TryToUtc(local, out long back));
            Assert.True(back == utc || (back < utc && utc - back <= 4 * QuarterMicros), $"{utc} is {local} there, and that is {back}");
        }
    }

    [Fact]
    public void EndsOfTheCalendar_StayInIt()
    {
        var clock = new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        foreach (long micros in new[] { long.MinValue, long.MaxValue, Producer.Archive.Values.EventTime.MinMicros - 1 })
        {
            clock.TryToUtc(micros, out long utc);
            Assert.Equal(micros, utc);
            Assert.Equal(micros, clock.ToLocal(micros));
        }
    }
}
