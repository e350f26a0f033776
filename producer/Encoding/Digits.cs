using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Producer.Encoding;

/// <summary>Decimal numbers, two digits at a time.</summary>
internal static class Digits
{
    private static ReadOnlySpan<byte> Pairs =>
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"u8
        + "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"u8;

    /// <summary>Without leading zeros, of any length.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        if (value >= 10_000)
        {
            (ulong before, ulong lastFour) = Math.DivRem(value, 10_000);
            int length = Write(target, before);
            WriteFour(target[length..], (uint)lastFour);
            return length + 4;
        }

        (uint high, uint low) = Math.DivRem((uint)value, 100);
        int first = high == 0 ? 0 : WriteOneOrTwo(target, high);
        if (first == 0) return WriteOneOrTwo(target, low);
        WriteTwo(target[first..], low);
        return first + 2;
    }

    private static int WriteOneOrTwo(Span<byte> target, uint value)
    {
        if (value < 10)
        {
            target[0] = (byte)('0' + value);
            return 1;
        }

        WriteTwo(target, value);
        return 2;
    }

    /// <param name="value">0 to 99.</param>
    public static void WriteTwo(Span<byte> target, uint value)
        => Unsafe.WriteUnaligned(
            ref MemoryMarshal.GetReference(target[..2]), Unsafe.ReadUnaligned<ushort>(ref MemoryMarshal.GetReference(Pairs.Slice((int)value * 2, 2))));

    /// <param name="value">0 to 9,999.</param>
    public static void WriteFour(Span<byte> target, uint value)
    {
        WriteTwo(target, value / 100);
        WriteTwo(target[2..], value % 100);
    }
}
