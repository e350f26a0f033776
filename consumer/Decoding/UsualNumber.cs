using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// Numbers in JSON of up to fifteen characters, without sign and exponent, all digits at once. What is written otherwise is not read here.
/// What follows a number is the caller's to look at; sixteen bytes of the record must stand before its end.
/// </summary>
internal static class UsualNumber
{
    public const int MaxDigits = 15;

    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, ExactPrice.Scale + 1).Select(n => Math.Pow(10, n))];

    private static readonly ulong[] UnitsOfDecimals = [.. PowersOfTen.Select(power => (ulong)(PowersOfTen[ExactPrice.Scale] / power))];

    /// <summary>Digits, with a point between two of them or without.</summary>
    /// <returns>How long the number is, or 0: it is too long, or written otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<byte> data, int at, out ulong number, out int decimals)
    {
        Vector128<byte> text = Window(data, at);
        Vector128<byte> digits = text - Vector128.Create((byte)'0');
        uint ends = (~Vector128.Equals(Vector128.Min(digits, Vector128.Create((byte)9)), digits)).ExtractMostSignificantBits();
        int whole = BitOperations.TrailingZeroCount(ends);
        int length = whole;
        int count = whole;
        if (((Vector128.Equals(text, Vector128.Create((byte)'.')).ExtractMostSignificantBits() >> whole) & 1) != 0)
        {
            length = BitOperations.TrailingZeroCount(ends & (ends - 1));
            count = length - 1;
        }

        // The digits are moved to the vector's end, over the point. A place before the first one is below zero, which gives a zero.
        Vector128<sbyte> from = Vector128<sbyte>.Indices + Vector128.Create((sbyte)(count - Vector128<byte>.Count));
        from -= Vector128.GreaterThan(from, Vector128.Create((sbyte)(whole - 1)));
        number = ValueOf(Vector128.ShuffleNative(digits, from.AsByte()));
        decimals = count - whole;
        bool isUsual = whole > 0 && length < Vector128<byte>.Count && (length == whole || decimals > 0) && (whole == 1 || data[at] != (byte)'0');
        return isUsual ? length : 0;
    }

    /// <summary>The bytes from <paramref name="at"/> on; zeros past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Window(ReadOnlySpan<byte> data, int at)
    {
        int missing = at + Vector128<byte>.Count - data.Length;
        if (missing <= 0) return Vector128.Create(data[at..]);
        return Vector128.Shuffle(Vector128.Create(data[^Vector128<byte>.Count..]), Vector128<byte>.Indices + Vector128.Create((byte)missing));
    }

    /// <summary>The number of sixteen digits: of pairs of them, then of fours, then of eights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ValueOf(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            Vector128<short> twos = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((ushort)0x010A).AsSByte());
            Vector128<int> quads = Sse2.MultiplyAddAdjacent(twos, Vector128.Create(0x0001_0064).AsInt16());
            Vector128<int> both = Sse2.MultiplyAddAdjacent(Sse41.PackUnsignedSaturate(quads, quads).AsInt16(), Vector128.Create(0x0001_2710).AsInt16());
            ulong word = both.AsUInt64()[0];
            return ((uint)word * EightDigits.Power) + (word >> 32);
        }

        // The same with what every processor has.
        Vector128<ushort> pairs = digits.AsUInt16();
        pairs = ((pairs * 10) + (pairs >>> 8)) & Vector128.Create((ushort)0xFF);
        Vector128<uint> fours = ((pairs * 100).AsUInt32() + (pairs.AsUInt32() >>> 16)) & Vector128.Create(0xFFFFU);
        const ulong eights = (10_000UL << 32) + 1;
        return (((fours.AsUInt64()[0] * eights) >> 32) * EightDigits.Power) + ((fours.AsUInt64()[1] * eights) >> 32);
    }

    /// <summary>A whole number, which is most often short.</summary>
    /// <returns>How long it is, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadWhole(ReadOnlySpan<byte> data, int at, out ulong number)
    {
        if (data.Length - at >= EightDigits.Length)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data[at..]);
            int count = EightDigits.Count(word);
            int missing = 8 * (EightDigits.Length - count);
            if (count is > 0 and < EightDigits.Length && (count == 1 || (byte)word != '0')
                && EightDigits.TryParse((word << missing) | (EightDigits.Zeros >> (64 - missing)), out uint few))
            {
                number = few;
                return count;
            }
        }

        int length = Read(data, at, out number, out int decimals);
        return decimals == 0 ? length : 0;
    }

    /// <summary>A whole number whose <paramref name="end"/> is known, so that it is not waited for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadLast(ReadOnlySpan<byte> data, int at, int end, out long number)
    {
        number = 0;
        int count = end - at;
        if (count is <= 0 or > MaxDigits || (data[at] == (byte)'0' && count > 1)) return false;

        // What stands before the number is made zeros.
        Vector128<byte> digits = Vector128.Create(data[(end - Vector128<byte>.Count)..]) - Vector128.Create((byte)'0');
        digits &= Vector128.GreaterThan(Vector128<sbyte>.Indices, Vector128.Create((sbyte)(MaxDigits - count))).AsByte();
        number = (long)ValueOf(digits);
        return !Vector128.GreaterThanAny(digits, Vector128.Create((byte)9));
    }

    /// <summary>True if the number is a price (<see cref="TickRules.IsPrice"/>), as the nearest double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPrice(ulong number, int decimals, out double price)
    {
        // Fifteen digits, and powers of ten so small, are doubles themselves: their quotient is rounded once.
        price = decimals <= ExactPrice.Scale ? (long)number / PowersOfTen[decimals] : 0;
        return TickRules.IsPrice(price);
    }

    /// <summary>A price in units of <see cref="ExactPrice"/>.</summary>
    public static Int128 ExactPriceOf(ulong number, int decimals)
    {
        ulong high = Math.BigMul(number, UnitsOfDecimals[decimals], out ulong low);
        return new Int128(high, low);
    }
}
