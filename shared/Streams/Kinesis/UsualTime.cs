using System.Buffers.Binary;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// Seconds since 1970 with ten digits before the point, in the two ways in which they are met: <c>1704205800.001</c>, and
/// <c>1.704205800001E9</c> as Java writes a double and AWS' documents show it.
/// </summary>
internal static class UsualTime
{
    /// <summary>Bytes that are looked at, whatever is in them.</summary>
    public const int MaxLength = 18;

    /// <param name="text">From the number's first byte, <see cref="MaxLength"/> bytes or more.</param>
    /// <param name="micros">Microseconds since 1970.</param>
    /// <returns>How long the number is, or 0 if it is not written so; what follows it is not looked at.</returns>
    public static int Read(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        ReadOnlySpan<byte> read = text[..MaxLength];
        if (read[0] is < (byte)'1' or > (byte)'9') return 0;
        bool hasExponent = read[1] == (byte)'.';
        if (!hasExponent && read[10] != (byte)'.') return 0;

        // Without its point the number is its microseconds, if zeros fill it up to sixteen digits: two words.
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(read);
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(read[9..]);
        if (hasExponent) high = (BinaryPrimitives.ReadUInt64LittleEndian(read[1..]) & ~0xFFUL) | read[0];
        else low = (low & ~0xFFFFUL) | BinaryPrimitives.ReadUInt16LittleEndian(read[8..]);
        int digits = EightDigits.Count(low);
        if (digits == EightDigits.Length || !EightDigits.TryParse(high, out uint first)) return 0;
        ulong kept = (1UL << (8 * digits)) - 1;
        if (!EightDigits.TryParse((low & kept) | (EightDigits.Zeros & ~kept), out uint second)) return 0;
        micros = (long)((first * EightDigits.Power) + second);
        if (hasExponent) return read[9 + digits] == (byte)'E' && read[10 + digits] == (byte)'9' ? 11 + digits : 0;
        return digits > 2 ? 9 + digits : 0;
    }
}
