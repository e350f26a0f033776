namespace Streaming.Shared.Ticks;

/// <summary>What makes a tick acceptable. The producer refuses a row, and the consumer quarantines a record, by the same rules.</summary>
public static class TickRules
{
    /// <summary>UTF-8 bytes of a ticker; with it the longest partition folder (every byte escaped) stays under a file name's 255 bytes.</summary>
    public const int MaxTickerBytes = 64;

    /// <summary>ASCII characters of a <c>run</c> as it stands in the JSON; one that is longer or other text is taken as absent. Ours are 12.</summary>
    public const int MaxRunBytes = 64;

    /// <summary>No number but zero is smaller in magnitude: digits finer than the unit of <see cref="ExactSum"/> would be lost.</summary>
    public const double MinMagnitude = 1e-27;

    /// <summary>Magnitude that no price exceeds. No instrument is quoted there; 1e300 is a fault.</summary>
    public const double MaxPrice = 1e12;

    /// <summary>More than 2^63. With it, 2^40 ticks of one window still sum exactly (<see cref="ExactSum"/>).</summary>
    public const double MaxVolume = 1e19;

    /// <summary>How far an event time may lie after its arrival.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMicroseconds(MaxAheadMicros);

    /// <summary><see cref="MaxAhead"/> in microseconds: a day.</summary>
    public const long MaxAheadMicros = 86_400_000_000;

    /// <summary>A close: zero and negative prices exist (futures, spreads, power). NaN fails.</summary>
    public static bool IsPrice(double value) => value == 0 || Math.Abs(value) is >= MinMagnitude and <= MaxPrice;

    /// <summary>
    /// An open, high or low. Zero fails, since feeds write it for "none". One that fails is absent: only the close decides whether a tick counts.
    /// </summary>
    public static bool IsSidePrice(double value) => value != 0 && IsPrice(value);

    /// <summary>A volume, which may be fractional. One that fails is absent, likewise.</summary>
    public static bool IsVolume(double value) => value is 0 or (>= MinMagnitude and <= MaxVolume);

    /// <summary>Control characters (C0, DEL, C1) of valid UTF-8: a terminal would obey them, a path may not hold them.</summary>
    public static bool HasControlCharacter(ReadOnlySpan<byte> utf8)
    {
        for (int i = 0; i < utf8.Length; i++)
        {
            // U+0080 to U+009F are C2 80 to C2 9F.
            if (utf8[i] is < 0x20 or 0x7F || (utf8[i] == 0xC2 && i + 1 < utf8.Length && utf8[i + 1] < 0xA0)) return true;
        }

        return false;
    }
}
