using Streaming.Shared.Compression;

namespace Streaming.Tests.Unit.Compression;

public sealed class SnappyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(70_000)]
    [InlineData(300_000)]
    public void Compressed_ReadsBackTheSame(int length)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            byte[] input = Mixture(length, seed);
            byte[] compressed = new byte[SnappyEncoder.MaxBytes(length)];
            int bytes = SnappyEncoder.Compress(input, compressed);
            Assert.True(input.AsSpan().SequenceEqual(IronSnappy.Snappy.Decode(compressed.AsSpan(0, bytes))), $"length {length}, seed {seed}");
            byte[] read = new byte[length];
            SnappyDecoder.Decompress(compressed.AsSpan(0, bytes), read);
            Assert.True(input.AsSpan().SequenceEqual(read), $"length {length}, seed {seed}");
        }
    }

    /// <summary>Whatever stands there: refused, or what another decoder makes of it. Nothing is written outside of the target.</summary>
    [Fact]
    public void DamagedBytes_AreRefusedOrReadAsOthersDo()
    {
        const int guard = 100;
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[] compressed = new byte[SnappyEncoder.MaxBytes(3000)];
        for (int @case = 0; @case < 100_000; @case++)
        {
            byte[] input = Mixture(random.Next(1, random.Next(4) == 0 ? 3000 : 300), random.Next());
            Span<byte> damaged = compressed.AsSpan(0, SnappyEncoder.Compress(input, compressed));
            for (int changes = random.Next(4); changes > 0; changes--) damaged[random.Next(2, damaged.Length)] = (byte)random.Next(256);
            damaged = damaged[..(random.Next(5) == 0 ? random.Next(2, damaged.Length + 1) : damaged.Length)];

            byte[] space = new byte[input.Length + guard];
            space.AsSpan(input.Length).Fill(0xA5);
            byte[]? expected = Try(damaged.ToArray(), bytes => IronSnappy.Snappy.Decode(bytes));
            byte[]? read = Try(damaged.ToArray(), bytes =>
            {
                SnappyDecoder.Decompress(bytes, space.AsSpan(0, input.Length));
                return space[..input.Length];
            });
            Assert.True(expected is null ? read is null : read is not null && expected.AsSpan().SequenceEqual(read), $"seed {seed}, case {@case}");
            Assert.False(space.AsSpan(input.Length).ContainsAnyExcept((byte)0xA5), $"seed {seed}, case {@case}");
        }
    }

    private static byte[]? Try(byte[] bytes, Func<byte[], byte[]> decode)
    {
        try
        {
            return decode(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or IndexOutOfRangeException or ArgumentException or OverflowException or IOException)
        {
            return null;
        }
    }

    // Noise, long repeats and short ones, near and far.
    private static byte[] Mixture(int length, int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        for (int at = 1; at < length;)
        {
            int count = Math.Min(length - at, random.Next(1, random.Next(2) == 0 ? 12 : 3000));
            int from = random.Next(Math.Max(0, at - random.Next(1, 70_000)), at);
            if (random.Next(3) > 0)
            {
                for (int i = 0; i < count; i++) bytes[at + i] = bytes[from + i];
            }

            at += count;
        }

        return bytes;
    }
}
