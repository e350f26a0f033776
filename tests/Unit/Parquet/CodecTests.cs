using System.Text;
using Streaming.Shared.Parquet;
using Streaming.Shared.Parquet.Compression;

namespace Streaming.Tests.Unit.Parquet;

public sealed class CodecTests
{
    [Fact]
    public void Snappy_ReadsWhatThePackageWrites()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            byte[] original = new byte[random.Next(1, 200_000)];
            int alphabet = random.Next(1, 256), period = random.Next(1, 5000);
            for (int i = 0; i < original.Length; i++) original[i] = i >= period && random.Next(20) > 0 ? original[i - period] : (byte)random.Next(alphabet);
            byte[] read = new byte[original.Length];
            Codecs.Decompress(CompressionCodec.Snappy, IronSnappy.Snappy.Encode(original), read);
            Assert.True(original.AsSpan().SequenceEqual(read), $"seed {seed}");
        }
    }

    // Five literals, then what was there five back for 4 + 15 + 2 bytes, then the closing literals.
    private static readonly byte[] Lz4Block = [0x5F, .. "abcde"u8, 5, 0, 2, 0x30, .. "xyz"u8];

    private const string Lz4Text = "abcdeabcdeabcdeabcdeabcdeaxyz";

    [Fact]
    public void Lz4Raw_CopiesOverlappingMatches() => Assert.Equal(Lz4Text, Read(CompressionCodec.Lz4Raw, Lz4Block, Lz4Text.Length));

    [Fact]
    public void Lz4_ReadsHadoopFramesAndBareBlocks()
    {
        byte[] frame = [0, 0, 0, (byte)Lz4Text.Length, 0, 0, 0, (byte)Lz4Block.Length, .. Lz4Block];
        Assert.Equal(Lz4Text + Lz4Text, Read(CompressionCodec.Lz4, [.. frame, .. frame], 2 * Lz4Text.Length));
        Assert.Equal(Lz4Text, Read(CompressionCodec.Lz4, Lz4Block, Lz4Text.Length));
    }

    [Fact]
    public void Zstd_ReadsAFrame()
    {
        Assert.SkipUnless(Zstd.IsAvailable, "libzstd is not installed");

        // A frame of one raw block "hello" and one of a byte repeated 300 times.
        byte[] raw = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 5, 0x29, 0, 0, .. "hello"u8];
        byte[] repeated = [0x28, 0xB5, 0x2F, 0xFD, 0x60, 0x2C, 0, 0x63, 0x09, 0, (byte)'z'];
        Assert.Equal("hello" + new string('z', 300), Read(CompressionCodec.Zstd, [.. raw, .. repeated], 305));
    }

    [Fact]
    public void Crc32_HasTheKnownCheckValue() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    private static string Read(CompressionCodec codec, byte[] compressed, int length)
    {
        byte[] read = new byte[length];
        Codecs.Decompress(codec, compressed, read);
        return Encoding.ASCII.GetString(read);
    }
}
