using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.Flushing;

public sealed class LakeLayoutTests
{
    [Theory]
    [InlineData("AAPL", "avg_1min/ticker=AAPL/trade_date=2024-01-02/bars.parquet")]
    [InlineData("BRK.B", "avg_1min/ticker=BRK.B/trade_date=2024-01-02/bars.parquet")]
    [InlineData("../x", "avg_1min/ticker=..%2Fx/trade_date=2024-01-02/bars.parquet")]
    [InlineData("..", "avg_1min/ticker=../trade_date=2024-01-02/bars.parquet")]
    [InlineData("a=b", "avg_1min/ticker=a%3Db/trade_date=2024-01-02/bars.parquet")]
    [InlineData("😀", "avg_1min/ticker=😀/trade_date=2024-01-02/bars.parquet")]
    public void AnyTicker_IsOneReversibleSegment(string ticker, string key)
    {
        Assert.Equal(key, LakeLayout.Bars(ticker, new DateOnly(2024, 1, 2)));
        Assert.True(LakeLayout.TryParseBars(key, out string back, out DateOnly date));
        Assert.Equal((ticker, new DateOnly(2024, 1, 2)), (back, date));
    }
}
