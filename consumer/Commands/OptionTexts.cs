using System.Globalization;
using System.Text.RegularExpressions;
using Streaming.Consumer.Catalog;
using Streaming.Shared.Settings;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Commands;

/// <summary>Texts of the command line to values.</summary>
internal static partial class OptionTexts
{
    public static bool TryAddress(string text, out string address)
    {
        address = text;
        return text.Length > 0;
    }

    /// <summary>A name that is safe as a part of a key.</summary>
    public static bool TryAppName(string text, out string name)
    {
        name = text;
        return AppName().IsMatch(text);
    }

    public static bool TryDate(string text, out DateOnly? date)
    {
        bool parsed = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day);
        date = parsed ? day : null;
        return parsed;
    }

    public static bool TryLimit(string text, out int limit)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= 1_000_000;

    public static bool TryZone(string text, out TimeZoneInfo zone)
    {
        bool found = TimeZoneInfo.TryFindSystemTimeZoneById(text, out TimeZoneInfo? known);
        zone = known ?? TimeZoneInfo.Utc;
        return found;
    }

    public static bool TryCatalog(string text, out CatalogKind catalog)
    {
        catalog = text == "glue" ? CatalogKind.Glue : CatalogKind.None;
        return text is "glue" or "none";
    }

    /// <summary>Shorter, and renewals would be most of what a worker does; longer, and a dead one's shards would stand still for hours.</summary>
    public static bool TryLeaseDuration(string text, out TimeSpan duration)
        => DurationText.TryParse(text, out duration) && duration >= TimeSpan.FromMilliseconds(100) && duration <= TimeSpan.FromHours(1);

    public static bool TryDataLoss(string text, out DataLossReaction reaction)
    {
        reaction = text == "continue" ? DataLossReaction.Continue : DataLossReaction.Stop;
        return text is "continue" or "stop";
    }

    /// <summary>True to drop them.</summary>
    public static bool TryRepeats(string text, out bool drop)
    {
        drop = text == "drop";
        return text is "drop" or "keep";
    }

    public static bool TryStart(string text, out StartPosition start)
    {
        start = text switch
        {
            "trim-horizon" => new StartPosition(StartKind.TrimHorizon),
            "latest" => new StartPosition(StartKind.Latest),
            _ => StartPosition.Checkpoint,
        };
        if (text is "checkpoint" or "trim-horizon" or "latest") return true;
        if (!text.StartsWith("at:", StringComparison.Ordinal) || !TryTime(text[3..], out DateTimeOffset? at)) return false;
        start = new StartPosition(StartKind.At, at!.Value);
        return true;
    }

    public static bool TryTime(string text, out DateTimeOffset? time)
    {
        bool parsed = IsoTime.TryParse(text, out DateTimeOffset instant);
        time = parsed ? instant : null;
        return parsed;
    }

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AppName();
}
