namespace Streaming.Shared.Ticks;

/// <summary>What makes a tick acceptable. The producer refuses a row, and the consumer quarantines a record, by the same rules.</summary>
public static class TickRules
{
    /// <summary>UTF-8 bytes of a ticker; with it the longest partition folder (every byte escaped) stays under a file name's 255 bytes.</summary>
    public const int MaxTickerBytes = 64;

    /// <summary>ASCII characters of a <c>run</c> as it stands in the JSON; one that is longer or other text is taken as absent. Ours are 12.</summary>
    public const int MaxRunBytes = 64;

    /// <summary>Prices are summed in units of 1e-12; a smaller one would count as nothing.</summary>
    public const double MinPrice = 1e-12;

    /// <summary>Below it, 10^14 ticks of one window still sum exactly in 128 bits. No instrument is quoted there; 1e300 is a fault.</summary>
    public const double MaxPrice = 1e12;

    /// <summary>How far an event time may lie after its arrival.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMicroseconds(MaxAheadMicros);

    /// <summary><see cref="MaxAhead"/> in microseconds: a day.</summary>
    public const long MaxAheadMicros = 86_400_000_000;

    /// <summary>A number, more than nothing, and no absurd one; NaN fails.</summary>
    public static bool IsPrice(double value) => value >= MinPrice && value <= MaxPrice;

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
