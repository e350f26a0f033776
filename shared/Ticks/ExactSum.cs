using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Streaming.Shared.Ticks;

/// <summary>
/// A sum of doubles without rounding, so that it does not depend on the order of its terms: a 256-bit two's complement integer in units of
/// 2^-144. It holds 2^40 terms of up to <see cref="TickRules.MaxVolume"/>, each a multiple of the unit, as is every double from
/// <see cref="TickRules.MinMagnitude"/> on. The default is zero.
/// </summary>
public record struct ExactSum
{
    /// <summary>Bits of a unit behind the binary point.</summary>
    public const int FractionBits = 144;

    /// <summary>Digits of a double behind its first, which is not stored.</summary>
    private const int DigitBits = 52;

    /// <summary>Of a double whose last digit counts one unit, as it is stored.</summary>
    private const int UnitExponent = 1023 + DigitBits - FractionBits;

    /// <summary>Highest place for a term's last digit, in bits: its eight bytes then end where the sum does.</summary>
    private const int MaxPlace = ((Bytes - sizeof(ulong)) * 8) + 7;

    private const int Bytes = 32;

    // From the lowest word to the highest.
#pragma warning disable CS0649 // Terms are added at any byte of them, through a reference.
    private ulong _word0;
    private ulong _word1;
    private ulong _word2;
    private ulong _word3;
#pragma warning restore CS0649

    private readonly bool IsNegative => (long)_word3 < 0;

    /// <exception cref="ArgumentOutOfRangeException">The term is no multiple of the unit, too large, or not a number.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double term)
    {
        long bits = BitConverter.DoubleToInt64Bits(term);
        int place = ((int)(bits >>> DigitBits) & 0x7FF) - UnitExponent;
        if ((uint)place <= MaxPlace) AddAt(place, ((ulong)bits & ((1UL << DigitBits) - 1)) | (1UL << DigitBits), bits < 0);
        else AddUnusual(term);
    }

    /// <summary>The sum divided by <paramref name="count"/>, rounded once, to the nearest double (half to even).</summary>
    public readonly double Mean(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        (UInt128 high, UInt128 low) = Magnitude();
        int zeros = high != 0 ? (int)UInt128.LeadingZeroCount(high) : 128 + (int)UInt128.LeadingZeroCount(low);
        if (zeros == 256) return 0;

        // The leading 128 bits divided by at most 63 bits give at least 65, more than a double has. What is cut off them decides at most a tie.
        UInt128 leading = zeros < 128 ? (high << zeros) | (low >> (128 - zeros)) : low << (zeros - 128);
        bool isCut = zeros < 128 && low << zeros != 0;
        (UInt128 quotient, UInt128 rest) = UInt128.DivRem(leading, (ulong)count);
        const int kept = 62;
        int cut = 128 - (int)UInt128.LeadingZeroCount(quotient) - kept;
        long digits = (long)(ulong)(quotient >> cut);
        if (isCut || rest != 0 || (quotient & ((UInt128.One << cut) - 1)) != 0) digits |= 1;
        double mean = Math.ScaleB(digits, cut + 128 - zeros - FractionBits);
        return IsNegative ? -mean : mean;
    }

    /// <summary>The sum, rounded once, to the nearest double (half to even).</summary>
    public readonly double ToDouble() => Mean(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddAt(int place, ulong digits, bool isNegative)
    {
        // 53 bits moved by less than eight fit a word, so that only a carry goes beyond it.
        ref byte target = ref ByteAt(place >> 3);
        ulong before = Unsafe.ReadUnaligned<ulong>(ref target);
        ulong term = digits << (place & 7);
        ulong after = isNegative ? before - term : before + term;
        Unsafe.WriteUnaligned(ref target, after);
        if (isNegative ? after > before : after < before) Carry((place >> 3) + sizeof(ulong), isNegative);
    }

    private void Carry(int index, bool isNegative)
    {
        for (; index < Bytes; index++)
        {
            ref byte target = ref ByteAt(index);
            if (isNegative ? target-- != 0 : ++target != 0) return;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddUnusual(double term)
    {
        // Zero, or a small number: exact if the digits below the unit are zeros.
        double units = Math.ScaleB(term, FractionBits);
        if (!(Math.Abs(units) < 1UL << DigitBits) || units != Math.Floor(units))
            throw new ArgumentOutOfRangeException(nameof(term), term, "Not a number that can be summed exactly.");
        AddAt(0, (ulong)Math.Abs(units), units < 0);
    }

    private readonly (UInt128 High, UInt128 Low) Magnitude()
    {
        (UInt128 high, UInt128 low) = (new UInt128(_word3, _word2), new UInt128(_word1, _word0));
        if (!IsNegative) return (high, low);
        return (~high + (low == 0 ? UInt128.One : 0), ~low + 1);
    }

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte ByteAt(int index)
    {
        Debug.Assert(BitConverter.IsLittleEndian && (uint)index < Bytes, "A byte lies outside of the sum.");
        return ref Unsafe.AddByteOffset(ref Unsafe.As<ExactSum, byte>(ref this), index);
    }
}
