using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Streams;

/// <summary>Against a loop over the digits.</summary>
public sealed class EightDigitsTests
{
    [Fact]
    public void AnyTwoNeighbours_AtEveryPosition_AreReadAsTheLoopReadsThem()
    {
        byte[] text = "90817263"u8.ToArray();
        for (int at = 0; at + 1 < text.Length; at++)
        {
            (byte first, byte second) = (text[at], text[at + 1]);
            for (int pair = 0; pair < 65_536; pair++)
            {
                (text[at], text[at + 1]) = ((byte)(pair >> 8), (byte)pair);
                ulong word = BinaryPrimitives.ReadUInt64LittleEndian(text);
                uint? expected = Simple(text);
                uint? actual = EightDigits.TryParse(word, out uint value) ? value : null;
                int count = SimpleCount(text);
                if (expected != actual || count != EightDigits.Count(word))
                    Assert.Fail($"{Convert.ToHexString(text)}: {actual}, {EightDigits.Count(word)} digits; expected {expected}, {count}");
            }

            (text[at], text[at + 1]) = (first, second);
        }
    }

    [Fact]
    public void AnyByte_AtEveryPositionOfFour_IsReadAsTheLoopReadsIt()
    {
        const int seed = 31;
        var random = new Random(seed);
        byte[] text = new byte[4 * EightDigits.Length];
        for (int at = 0; at < text.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                for (int i = 0; i < text.Length; i++) text[i] = (byte)random.Next('0', '9' + 1);
                text[at] = (byte)value;
                uint?[] expected = [.. Enumerable.Range(0, 4).Select(i => Simple(text.AsSpan(i * EightDigits.Length, EightDigits.Length)))];
                bool areDigits = EightDigits.TryParseFour(text, out Vector256<ulong> values);
                Assert.True(areDigits == expected.All(eight => eight is not null), $"seed {seed}: {Convert.ToHexString(text)}");
                for (int i = 0; areDigits && i < 4; i++) Assert.Equal((ulong)expected[i]!.Value, values[i]);
            }
        }
    }

    private static uint? Simple(ReadOnlySpan<byte> text)
    {
        uint value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return null;
            value = (value * 10) + digit - '0';
        }

        return value;
    }

    private static int SimpleCount(ReadOnlySpan<byte> text)
    {
        int count = 0;
        while (count < text.Length && text[count] is >= (byte)'0' and <= (byte)'9') count++;
        return count;
    }
}
