using System.Globalization;
using Streaming.Producer.Encoding;

namespace Streaming.Tests.Unit.EncodingTests;

public sealed class PriceTextTests
{
    [Theory]
    [InlineData(187.15, "187.15")]
    [InlineData(188, "188")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1E-05")]
    [InlineData(1e11, "100000000000")]
    [InlineData(99999999999.9999, "99999999999.9999")]
    [InlineData(0, "0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(2.98023223876953125E-08, "2.9802322387695312E-08")] // 2^-25, which the framework shortens too far
    public void Price_IsWrittenAsShortAsItReadsBack(double price, string expected) => Assert.Equal(expected, Fast(price));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyPrice_IsWrittenAsTheFrameworkDoes(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 100_000; i++)
        {
            double price = RandomPrice(random);
            foreach (double near in new[] { price, Math.BitIncrement(price), Math.BitDecrement(price) })
            {
                if (!double.IsFinite(near)) continue;
                Assert.Equal(near.ToString(CultureInfo.InvariantCulture), Fast(near));
            }
        }
    }

    // Decimals of few and of many places, of all sizes up to the last that is exact, and any bits at all.
    private static double RandomPrice(Random random) => random.Next(4) switch
    {
        0 => random.NextInt64(1L << random.Next(1, 53)) / Math.Pow(10, random.Next(0, 4)),
        1 => random.NextInt64(1L << random.Next(1, 53)) / Math.Pow(10, random.Next(4, 12)),
        2 => random.NextInt64(999_999_000_000_000, 1_000_001_000_000_000) / 10_000.0,
        _ => BitConverter.Int64BitsToDouble(random.NextInt64()),
    };

    private static string Fast(double price)
    {
        Span<byte> text = stackalloc byte[64];
        return System.Text.Encoding.ASCII.GetString(text[..PriceText.Write(price, text)]);
    }
}
