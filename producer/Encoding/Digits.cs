using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Producer.Encoding;

/// <summary>Numbers of a fixed count of decimal digits, two at a time.</summary>
internal static class Digits
{
    private static ReadOnlySpan<byte> Pairs =>
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"u8
        + "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"u8;

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
