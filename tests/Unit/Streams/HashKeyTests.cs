using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Streams;

public sealed class HashKeyTests
{
    // Values as DescribeStream of the service shows them for new streams of 3 and 4 shards.
    [Theory]
    [InlineData(3, 1, "113427455640312821154458202477256070485")]
    [InlineData(4, 1, "85070591730234615865843651857942052864")]
    [InlineData(4, 3, "255211775190703847597530955573826158592")]
    public void EqualRanges_StartWhereKinesisStartsThem(int count, int index, string start)
        => Assert.Equal(UInt128.Parse(start), HashKey.Range(index, count).Start);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void EqualRanges_CoverAllKeysWithoutGap(int count)
    {
        UInt128 next = UInt128.Zero;
        for (int i = 0; i < count; i++)
        {
            (UInt128 start, UInt128 end) = HashKey.Range(i, count);
            Assert.Equal(next, start);
            next = end + 1;
        }

        Assert.Equal(UInt128.Zero, next);
    }

    [Fact]
    public void Hash_IsMd5BigEndian()
        => Assert.Equal(UInt128.Parse("900150983CD24FB0D6963F7D28E17F72", System.Globalization.NumberStyles.HexNumber), HashKey.Of("abc"u8));
}
