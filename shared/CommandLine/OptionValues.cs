using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Streaming.Shared.Ticks;

namespace Streaming.Shared.CommandLine;

/// <summary>Options of the usual kinds, and texts of the command line to values. Every parser says in its error what it would take.</summary>
public static partial class OptionValues
{
    // A flag takes no value: with an optional one it would swallow the input path behind it.
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A text as it is; null where it is not given.</summary>
    public static Option<string?> Text(string name, string description, string valueName, params string[] aliases)
        => new(name, aliases) { Description = description, HelpName = valueName };

    /// <summary>One of some words; the first stands where none is given.</summary>
    public static ValueOption<T> OneOf<T>(string name, string description, params (string Word, T Value)[] choices)
    {
        string[] words = [.. choices.Select(choice => choice.Word)];
        return new ValueOption<T>(
            name, description, string.Join('|', words),
            text => Array.IndexOf(words, text) is >= 0 and var found ? choices[found].Value : throw new UsageException($"'{text}' is none of {string.Join(", ", words)}."),
            words[0]);
    }

    public static ValueOption<TimeSpan?> Duration(string name, string description, TimeSpan? unset = null)
        => new(name, description, "duration", Duration, unset is { } known ? DurationText.Format(known) : null);

    /// <summary>An address; what it may be, <c>RecordStreams</c> and <c>ObjectStores</c> say when they open it.</summary>
    public static ValueOption<string> Address(string name, string description, string unset) => new(name, description, "address", Address, unset);

    public static ValueOption<TimeZoneInfo> Zone(string name, string description, string unset) => new(name, description, "tz", Zone, unset);

    public static string Address(string text) => text.Length > 0 ? text : throw new UsageException("'' is not an address.");

    public static long? Count(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new UsageException($"'{text}' is not a whole number.");

    public static int PositiveCount(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new UsageException($"'{text}' is not a whole number above 0.");

    public static double PositiveNumber(string text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value)
            ? value
            : throw new UsageException($"'{text}' is not a number above 0.");

    public static TimeSpan? Duration(string text)
        => DurationText.TryParse(text, out TimeSpan duration) ? duration : throw new UsageException($"'{text}' is not {DurationText.Hint}.");

    public static DateTimeOffset? Time(string text)
        => IsoTime.TryParse(text, out DateTimeOffset time)
            ? time
            : throw new UsageException($"'{text}' is not a time. Write 2024-01-02T14:30:00Z, with another offset, or 2024-01-02 (midnight UTC).");

    public static DateOnly? Date(string text)
        => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw new UsageException($"'{text}' is not a date. Write yyyy-MM-dd.");

    public static TimeZoneInfo Zone(string text)
        => TimeZoneInfo.TryFindSystemTimeZoneById(text, out TimeZoneInfo? zone) ? zone : throw new UsageException($"'{text}' is not known. Use an IANA name such as America/New_York.");

    /// <summary>A name that is safe as a part of a key.</summary>
    public static string Name(string text)
        => SafeName().IsMatch(text) ? text : throw new UsageException($"'{text}' is not a name of 1 to 64 letters, digits, '.', '_' or '-'.");

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SafeName();
}
