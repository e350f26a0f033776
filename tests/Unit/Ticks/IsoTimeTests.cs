using System.Globalization;
using System.Text;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Ticks;

public sealed class IsoTimeTests
{
    [Theory]
    [InlineData("2024-01-02T15:04:05+00:00", "2024-01-02T15:04:05Z")]
    [InlineData("2024-01-02 15:04:05", "2024-01-02T15:04:05Z")]
    [InlineData("2024-01-02T15:04:05.5Z", "2024-01-02T15:04:05.5Z")]
    [InlineData("2024-01-02T15:04:05.123456+00:00", "2024-01-02T15:04:05.123456Z")]
    [InlineData("2024-01-02T15:04:05.1234569Z", "2024-01-02T15:04:05.123456Z")]
    [InlineData("2024-01-02T15:04:59.999999999Z", "2024-01-02T15:04:59.999999Z")]
    [InlineData("2020-12-15T11:45:00-05:00", "2020-12-15T16:45:00Z")]
    [InlineData("2020-12-15T11:45:00-0500", "2020-12-15T16:45:00Z")]
    [InlineData("2020-12-15T11:45:00+05", "2020-12-15T06:45:00Z")]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z")]
    [InlineData("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z")]
    [InlineData("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z")]
    public void IsoText_IsThatInstant(string text, string instant)
    {
        Assert.True(IsoTime.TryParse(Encoding.UTF8.GetBytes(text), out long micros));
        DateTime expected = DateTime.Parse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        Assert.Equal(expected, IsoTime.ToDateTime(micros));
    }

    [Theory]
    [InlineData("2024-01-02", "2024-01-02T00:00:00Z")]
    [InlineData("0001-01-01", "0001-01-01T00:00:00Z")]
    [InlineData("2024-01-02T15:04", "2024-01-02T15:04:00Z")]
    [InlineData("2014-05-01T18:00:00.0000000+02:00", "2014-05-01T16:00:00Z")]
    public void TypedText_IsThatInstantOrMidnight(string text, string instant)
    {
        Assert.True(IsoTime.TryParse(text, out DateTimeOffset time));
        Assert.Equal(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture), time);
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1/2/2024")]
    [InlineData("yesterday")]
    public void OtherTypedText_IsRefused(string text) => Assert.False(IsoTime.TryParse(text, out DateTimeOffset _));

    [Theory]
    [InlineData("")]
    [InlineData("2024-01-02")]
    [InlineData("not-a-time")]
    [InlineData("2020-13-45 25:61:00")]
    [InlineData("2023-02-29T00:00:00Z")]
    [InlineData("2024-01-02T24:00:00Z")]
    [InlineData("2024-01-02T15:04:60Z")]
    [InlineData("2024-01-02T15:04:05.Z")]
    [InlineData("2024-01-02T15:04:05+5")]
    [InlineData("2024-01-02T15:04:05+00:00 ")]
    [InlineData("2024-01-02T15:04:05Zjunk")]
    [InlineData("2024-01-02T15:04:05+24:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("12/15/2020 15:07")]
    [InlineData("+024-01-02T15:04:05Z")]
    public void AnythingElse_IsRefused(string text) => Assert.False(IsoTime.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
