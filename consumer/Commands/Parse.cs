using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Streaming.Shared.Settings;

namespace Streaming.Consumer.Commands;

/// <summary>Options whose text is checked as it is parsed, with one message that says what was wanted.</summary>
internal static class Parse
{
    /// <summary>An option whose default comes from the settings, in the same text as on the command line.</summary>
    public static Option<T> Option<T>(Settings settings, string name, string description, T fallback, string wanted, TryParse<T> parse)
    {
        var option = new Option<T>(name) { Description = description };
        option.CustomParser = result => Check(result, result.Tokens.Count == 1 ? result.Tokens[0].Value : "", name);
        option.DefaultValueFactory = result => settings[name] is { } text ? Check(result, text, $"the setting for {name}") : fallback;
        return option;

        T Check(ArgumentResult result, string text, string source)
        {
            if (parse(text, out T value)) return value;
            result.AddError($"{source} '{text}' is not {wanted}.");
            return fallback;
        }
    }

    public static Option<string> Text(Settings settings, string name, string description, string fallback, string wanted, Predicate<string> isValid)
        => Option(settings, name, description, fallback, wanted, (string text, out string value) =>
        {
            value = text;
            return isValid(text);
        });

    public static Option<TimeSpan> Duration(Settings settings, string name, string description, TimeSpan fallback)
        => Option<TimeSpan>(settings, name, description, fallback, DurationText.Hint, DurationText.TryParse);

    public static bool TryParseDate(string text, out DateOnly? date)
    {
        bool parsed = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day);
        date = parsed ? day : null;
        return parsed;
    }

    public static bool TryParseZone(string text, out TimeZoneInfo zone)
    {
        bool found = TimeZoneInfo.TryFindSystemTimeZoneById(text, out TimeZoneInfo? known);
        zone = known ?? TimeZoneInfo.Utc;
        return found;
    }

    public static bool TryParseStart(string text, out StartPosition start)
    {
        start = StartPosition.Checkpoint;
        switch (text)
        {
            case "checkpoint":
                return true;
            case "trim-horizon":
                start = new StartPosition(StartKind.TrimHorizon);
                return true;
            case "latest":
                start = new StartPosition(StartKind.Latest);
                return true;
            default:
                if (!text.StartsWith("at:", StringComparison.Ordinal)
                    || !DateTimeOffset.TryParse(text.AsSpan(3), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
                    return false;
                start = new StartPosition(StartKind.At, at);
                return true;
        }
    }
}

internal delegate bool TryParse<T>(string text, out T value);
