using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// Numbers in JSON of up to fifteen characters, without sign and exponent, all digits at once. What is written otherwise is not read here.
/// What follows a number is the caller's to look at.
/// </summary>
internal static class UsualNumber
{
    /// <summary>With no more, and no more than <see cref="MaxDecimals"/>, every number is a price and a volume by <see cref="TickRules"/>.</summary>
    private const int MaxWholeDigits = 12;

    private const int MaxDecimals = 12;

    /// <summary>More would not be exact as a double.</summary>
    private const int MaxDigits = 15;

    /// <summary>As indices into a vector, of the last sixteen the n-th on: the first n bytes moved to its end, zeros before them.</summary>
    private static ReadOnlySpan<byte> ToTheEnd =>
    [
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    /// <summary>Added to those: of the last n the place after, so that the point before them is passed over.</summary>
    private static ReadOnlySpan<byte> OverThePoint =>
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    // Literals, which a native program has ready: what is computed it would have to ask for at each use.
    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

    /// <summary>A price or volume: digits, with a point between two of them or without.</summary>
    /// <returns>How long the number is, or 0: it is too long, or written otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(PaddedText text, int at, out double value)
    {
        value = 0;
        // A number that reaches to the vector's end has no end here, and so seems to have too many digits, or decimals.
        Vector128<byte> digits = DigitsAt(text, at, out uint ends);
        int whole = BitOperations.TrailingZeroCount(ends);
        if ((uint)(whole - 1) >= MaxWholeDigits || HasLeadingZero(text, at, whole)) return 0;
        if (text.Byte(at + whole) != (byte)'.')
        {
            value = (long)ValueOf(Vector128.ShuffleNative(digits, Slide(ToTheEnd, whole)));
            return whole;
        }

        int length = BitOperations.TrailingZeroCount(ends & (ends - 1));
        int decimals = length - whole - 1;
        if ((uint)(decimals - 1) >= MaxDecimals) return 0;
        Vector128<byte> places = Slide(ToTheEnd, whole + decimals) + Slide(OverThePoint, decimals);
        ulong number = ValueOf(Vector128.ShuffleNative(digits, places));

        // Fifteen digits, and powers of ten so small, are doubles themselves: their quotient is rounded once.
        value = (long)number / PowersOfTen[decimals];
        return length;
    }

    /// <summary>A whole number.</summary>
    /// <returns>How long it is, or 0: too long, or written otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadWhole(PaddedText text, int at, out long number)
    {
        number = 0;
        Vector128<byte> digits = DigitsAt(text, at, out uint ends);
        int length = BitOperations.TrailingZeroCount(ends);
        if ((uint)(length - 1) >= MaxDigits || HasLeadingZero(text, at, length)) return 0;
        number = (long)ValueOf(Vector128.ShuffleNative(digits, Slide(ToTheEnd, length)));
        return length;
    }

    /// <summary>The number of the first eight digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ValueOfEight(Vector128<byte> digits) => EightsOf(digits).ToScalar();

    /// <param name="ends">A bit for each byte that is no digit.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> DigitsAt(PaddedText text, int at, out uint ends)
    {
        Vector128<byte> digits = text.Sixteen(at) - Vector128.Create((byte)'0');
        ends = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        return digits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasLeadingZero(PaddedText text, int at, int digits) => text.Byte(at) == (byte)'0' && digits > 1;

    /// <param name="by">0 to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Slide(ReadOnlySpan<byte> twoVectors, int by) => Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(twoVectors), (nuint)by);

    /// <summary>The number of sixteen digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ValueOf(Vector128<byte> digits)
    {
        ulong both = EightsOf(digits).AsUInt64().ToScalar();
        return ((uint)both * EightDigits.Power) + (both >> 32);
    }

    /// <summary>The numbers of the first and of the last eight digits, as the first two elements: of pairs, then of fours, then of eights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> EightsOf(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            Vector128<short> twos = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((ushort)0x010A).AsSByte());
            Vector128<int> quads = Sse2.MultiplyAddAdjacent(twos, Vector128.Create(0x0001_0064).AsInt16());
            return Sse2.MultiplyAddAdjacent(Sse41.PackUnsignedSaturate(quads, quads).AsInt16(), Vector128.Create(0x0001_2710).AsInt16()).AsUInt32();
        }

        // The same with what every processor has.
        Vector128<ushort> pairs = digits.AsUInt16();
        pairs = ((pairs * 10) + (pairs >>> 8)) & Vector128.Create((ushort)0xFF);
        Vector128<uint> fours = ((pairs * 100).AsUInt32() + (pairs.AsUInt32() >>> 16)) & Vector128.Create(0xFFFFU);
        Vector128<ulong> eights = ((fours * 10_000).AsUInt64() + (fours.AsUInt64() >>> 32)) & Vector128.Create(0xFFFF_FFFFUL);
        return Vector128.Narrow(eights, eights);
    }
}
