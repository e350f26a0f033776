using System.Globalization;
using System.Text;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>Against <see cref="decimal"/>, which reads both forms and is exact.</summary>
public sealed class UsualTimeTests
{
    [Fact]
    public void TimesWithMilliseconds_AreReadInBothForms()
    {
        const int seed = 21;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            long millis = random.NextInt64(1_000_000_000_000, 9_999_999_999_999);
            string plain = $"{millis / 1000}.{millis % 1000:D3}";
            string withExponent = $"{plain[0]}.{millis % 1_000_000_000_000:D12}E9";
            foreach (string text in new[] { plain, withExponent })
            {
                int length = UsualTime.Read(Padded(text), out long micros);
                Assert.True((text.Length, millis * 1000) == (length, micros), $"seed {seed}: {text} was read as {micros} of {length} bytes");
            }
        }
    }

    [Fact]
    public void AnyByteAnywhere_IsReadRightlyOrNotAtAll()
    {
        foreach (string text in new[] { "1704205800.001", "1704205800.1", "1704205800.12345", "1.704205800001E9", "1.7042058E9", "1.70420580012E9", "0.70420580012E9", "0704205800.001" })
        {
            byte[] padded = Padded(text);
            for (int at = 0; at < padded.Length; at++)
            {
                byte kept = padded[at];
                for (int value = 0; value < 256; value++)
                {
                    padded[at] = (byte)value;
                    CheckWhatIsRead(padded);
                }

                padded[at] = kept;
            }
        }
    }

    private static void CheckWhatIsRead(byte[] padded)
    {
        int length = UsualTime.Read(padded, out long micros);
        if (length == 0) return;
        string text = Encoding.Latin1.GetString(padded, 0, length);
        Assert.Matches(@"^[1-9](\.\d+E9|\d{9}\.\d+)$", text);
        Assert.Equal(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * 1_000_000, micros);
    }

    private static byte[] Padded(string text) => Encoding.Latin1.GetBytes(text.PadRight(UsualTime.MaxLength, ','));
}
