using System.Buffers.Text;
using System.Globalization;

namespace Streaming.Shared.Ticks;

/// <summary>The shortest text that reads back to the same double; valid JSON (<c>1E-07</c> too).</summary>
public static class RoundTripText
{
    /// <summary>Bytes that a text takes at most.</summary>
    public const int MaxBytes = 32;

    /// <param name="value">A finite number.</param>
    /// <param name="target">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(double value, Span<byte> target)
    {
        value.TryFormat(target, out int length, default, CultureInfo.InvariantCulture);
        // .NET's shortest text of 2^-25 reads back to the double below it (seen in .NET 10).
        if (!Utf8Parser.TryParse(target[..length], out double back, out int used) || used != length || back != value)
            value.TryFormat(target, out length, "G17", CultureInfo.InvariantCulture);
        return length;
    }
}
