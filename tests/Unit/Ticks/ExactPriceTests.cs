using System.Globalization;
using System.Text;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Ticks;

public sealed class ExactPriceTests
{
    [Theory]
    [InlineData("0.1", "100000000000")]
    [InlineData("367.47", "367470000000000")]
    [InlineData("1", "1000000000000")]
    [InlineData("1E-12", "1")]
    [InlineData("1.5e3", "1500000000000000")]
    [InlineData("0.000000000001", "1")]
    [InlineData("0.0000000000015", "2")]
    [InlineData("0.0000000000025", "2")]
    [InlineData("999999999999.999999999999", "999999999999999999999999")]
    [InlineData("1234567.89", "1234567890000000000")]
    public void DecimalText_IsExactUnits(string text, string units)
        => Assert.Equal(Int128.Parse(units, CultureInfo.InvariantCulture), ExactPrice.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void FastPath_EqualsItsSimpleTwin()
    {
        const int seed = 20240102;
        var random = new Random(seed);
        for (int i = 0; i < 100_000; i++)
        {
            double price = Math.Pow(10, (random.NextDouble() * 24) - 12);
            string text = random.Next(3) switch
            {
                0 => Math.Round(price, random.Next(0, 9)).ToString(CultureInfo.InvariantCulture),
                1 => price.ToString("R", CultureInfo.InvariantCulture),
                _ => price.ToString("F" + random.Next(0, 14).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            };
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(ExactPrice.ParseSlow(bytes) == ExactPrice.Parse(bytes), $"seed {seed}, case {i}: {text}");
        }
    }

    [Fact]
    public void MeanOfOnePrice_IsThatPrice()
    {
        const int seed = 7;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            double price = Math.Round((random.NextDouble() * Math.Pow(10, random.Next(0, 7))) + 0.01, random.Next(2, 9));
            Int128 units = ExactPrice.Parse(Encoding.UTF8.GetBytes(price.ToString("R", CultureInfo.InvariantCulture)));
            int count = random.Next(1, 1000);
            Assert.True(price == ExactPrice.Mean(units * count, count), $"seed {seed}, case {i}: {price} x {count}");
        }
    }

    [Fact]
    public void Mean_EqualsItsSimpleTwin()
    {
        const int seed = 11;
        var random = new Random(seed);
        for (int i = 0; i < 200_000; i++)
        {
            // Sums on either side of 2^53 units and of 64 bits; means halfway between two units.
            Int128 sum = (Int128)random.NextInt64(long.MaxValue >> random.Next(0, 40)) * random.Next(1, 4);
            long count = random.Next(3) switch { 0 => 1, 1 => 2 * random.Next(1, 10), _ => random.NextInt64(1, 1L << random.Next(1, 40)) };
            Assert.True(ExactPrice.MeanSlow(sum, count) == ExactPrice.Mean(sum, count), $"seed {seed}, case {i}: {sum} / {count}");
        }
    }
}
