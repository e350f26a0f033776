using Streaming.Shared.CommandLine;

namespace Streaming.Tests.Unit.CommandLine;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("200ms", 200)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("0", 0)]
    public void NumberAndUnit_IsThatLong(string text, double milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.True(DurationText.TryParse(DurationText.Format(duration), out TimeSpan again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("s")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("999999999999999d")]
    public void AnythingElse_IsRefused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
