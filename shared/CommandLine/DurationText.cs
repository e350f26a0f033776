using System.Globalization;

namespace Streaming.Shared.CommandLine;

/// <summary>Durations as people type them: <c>200ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>1.5h</c>; 0 needs no unit.</summary>
public static class DurationText
{
    public const string Hint = "a duration such as 200ms, 30s, 5m or 1h";

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text is "0") return true;
        foreach ((string unit, double seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)
                || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                || number * seconds > TimeSpan.MaxValue.TotalSeconds / 2)
                continue;
            duration = TimeSpan.FromSeconds(number * seconds);
            return true;
        }

        return false;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back.</summary>
    public static string Format(TimeSpan duration)
    {
        double milliseconds = duration.TotalMilliseconds;
        foreach ((string unit, double seconds) in Units.Reverse())
        {
            double units = milliseconds / (seconds * 1000);
            if (units >= 1 && units == Math.Floor(units)) return string.Create(CultureInfo.InvariantCulture, $"{units}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
    }
}
