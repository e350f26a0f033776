using System.Globalization;
using Streaming.Producer.Encoding;

namespace Streaming.Tests.Unit.EncodingTests;

public sealed class DigitsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NumberOfAnyLength_IsWrittenAsByTheFramework(int seed)
    {
        var random = new Random(seed);
        Check(0);
        Check(ulong.MaxValue);
        for (ulong power = 1; power < ulong.MaxValue / 10; power *= 10)
        {
            for (ulong near = power - 1; near <= power + 1; near++) Check(near);
            for (int i = 0; i < 200; i++) Check((ulong)random.NextInt64() % (power * 10));
        }

        void Check(ulong value)
        {
            Span<byte> text = stackalloc byte[20];
            string written = System.Text.Encoding.ASCII.GetString(text[..Digits.Write(text, value)]);
            Assert.True(written == value.ToString(CultureInfo.InvariantCulture), $"seed {seed}: {value} is written as {written}");
        }
    }
}
