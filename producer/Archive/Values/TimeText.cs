using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>Times as text: ISO 8601, or an epoch of exactly 10, 13, 16 or 19 digits. Nothing that depends on a country is read.</summary>
internal static class TimeText
{
    public static bool TryParse(ReadOnlySpan<byte> text, out long micros) => TryEpoch(text, out micros) || IsoTime.TryParse(text, out micros);

    /// <summary>A date; one with a time of day must say midnight.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out DateOnly date, out bool hasTimeOfDay)
    {
        hasTimeOfDay = false;
        if (IsoTime.TryParseDate(text, out date)) return true;
        if (!IsoTime.TryParse(text, out _)) return false;
        hasTimeOfDay = text[11..].IndexOfAnyInRange((byte)'1', (byte)'9') >= 0;
        return IsoTime.TryParseDate(text[..10], out date);
    }

    private static bool TryEpoch(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length is not (10 or 13 or 16 or 19) || text.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (!long.TryParse(text, out long value)) return false;
        micros = text.Length switch
        {
            10 => value * EventTime.MicrosPerSecond,
            13 => value * 1000,
            16 => value,
            _ => value / 1000,
        };
        return true;
    }
}
