using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class Crc32CTests
{
    // Lengths on both sides of where pieces are summed side by side, and several times that.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnyBytesAndSeed_GiveWhatOneBitAfterTheOtherGives(int chance)
    {
        var random = new Random(chance);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] bytes = new byte[round < 20 ? 1525 + round : random.Next(8_000)];
            random.NextBytes(bytes);
            uint seed = (uint)random.NextInt64(uint.MaxValue);
            Assert.True(BitByBit(seed, bytes) == Crc32C.Compute(seed, bytes), $"seed {chance}, round {round}: {bytes.Length} bytes");
        }
    }

    // The published check value, with the inversion before and after that this checksum leaves out.
    [Fact]
    public void NineDigits_GiveTheValueThatIsPublished() => Assert.Equal(0xE3069283, ~Crc32C.Compute(uint.MaxValue, "123456789"u8));

    private static uint BitByBit(uint crc, ReadOnlySpan<byte> bytes)
    {
        const uint castagnoli = 0x82F63B78;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * castagnoli);
        }

        return crc;
    }
}
