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
}
