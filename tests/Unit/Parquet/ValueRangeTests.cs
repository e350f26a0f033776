using Streaming.Shared.Parquet.Writing;

namespace Streaming.Tests.Unit.Parquet;

public sealed class ValueRangeTests
{
    [Fact]
    public void Range_IsThatOfTheValues()
    {
        const int seed = 3;
        var random = new Random(seed);
        for (int length = 1; length < 70; length++)
        {
            long[] longs = [.. Enumerable.Range(0, length).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))];
            double[] doubles = [.. longs.Select(value => value / 3.0)];
            Assert.Equal((longs.Min(), longs.Max()), ValueRange.Of<long>(longs));
            Assert.Equal((doubles.Min(), doubles.Max()), ValueRange.Of<double>(doubles));
        }
    }

    [Fact]
    public void NaNAnywhere_IsTheRange()
    {
        for (int length = 1; length < 40; length++)
        {
            for (int at = 0; at < length; at++)
            {
                double[] values = [.. Enumerable.Range(0, length).Select(i => i == at ? double.NaN : i - 5.0)];
                Assert.Equal((double.NaN, double.NaN), ValueRange.Of<double>(values));
            }
        }
    }
}
