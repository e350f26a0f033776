using System.Globalization;
using System.Numerics;
using System.Text;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Streams;

public sealed class SequenceNumberTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("9999999999999999999")]
    [InlineData("10000000000000000000")]
    [InlineData("49590338271490256608559692538361571095921575989136588898")]
    [InlineData("999999999999999999999999999999999999999999999999999999999")]
    public void Digits_ReadBackTheSame(string digits) => Assert.Equal(digits, SequenceNumber.Parse(digits).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1 ")]
    [InlineData("12a")]
    [InlineData("1000000000000000000000000000000000000000000000000000000000")]
    public void NotANumberOrTooLong_IsRefused(string digits) => Assert.Throws<FormatException>(() => SequenceNumber.Parse(digits));

    [Theory]
    [InlineData("9", "10")]
    [InlineData("9999999999999999999", "10000000000000000000")]
    [InlineData("99999999999999999999999999999999999999", "100000000000000000000000000000000000000")]
    public void Order_IsNumeric(string smaller, string larger)
        => Assert.True(SequenceNumber.Parse(smaller) < SequenceNumber.Parse(larger));

    [Fact]
    public void AnyNumberOfDigits_IsReadPrintedAndOrderedAsABigInteger()
    {
        const int seed = 41;
        var random = new Random(seed);
        (BigInteger Value, SequenceNumber Number) last = default;
        for (int i = 0; i < 10_000; i++)
        {
            // Half have the length of Kinesis', which is read in another way; zeros in front count as digits.
            string digits = Digits(random, random.Next(2) == 0 ? 56 : random.Next(1, SequenceNumber.MaxDigits + 1));
            BigInteger value = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
            Assert.True(SequenceNumber.TryParse(Encoding.ASCII.GetBytes(digits), out SequenceNumber number), $"seed {seed}: {digits}");
            Assert.Equal(value.ToString(CultureInfo.InvariantCulture), number.ToString());
            Assert.Equal(Math.Sign(value.CompareTo(last.Value)), Math.Sign(number.CompareTo(last.Number)));
            last = (value, number);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(55)]
    [InlineData(56)]
    [InlineData(57)]
    public void AnyByte_AtEveryPosition_IsADigitOrRefused(int length)
    {
        const int seed = 42;
        byte[] text = Encoding.ASCII.GetBytes(Digits(new Random(seed), length));
        for (int at = 0; at < length; at++)
        {
            byte kept = text[at];
            for (int value = 0; value < 256; value++)
            {
                text[at] = (byte)value;
                bool isNumber = SequenceNumber.TryParse(text, out SequenceNumber number);
                Assert.Equal(char.IsAsciiDigit((char)value), isNumber);
                if (isNumber) Assert.Equal(BigInteger.Parse(Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), number.ToString());
                else Assert.Equal(SequenceNumber.None, number);
            }

            text[at] = kept;
        }
    }

    private static string Digits(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('0' + random.Next(10))));
}
