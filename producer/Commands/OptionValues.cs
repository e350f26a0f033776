using System.CommandLine;
using System.Globalization;
using Streaming.Shared.Settings;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Commands;

/// <summary>Texts of the command line to values, and options made of them. Every parser says in its error what it would take.</summary>
internal static class OptionValues
{
    /// <param name="parse">Throws <see cref="UsageException"/> for what it cannot take.</param>
    public static Option<T> Create<T>(string name, string description, string valueName, Func<string, T> parse, T unset, params string[] aliases)
    {
        Option<T> option = Required(name, description, valueName, parse, aliases);
        (option.Required, option.DefaultValueFactory) = (false, _ => unset);
        return option;
    }

    /// <inheritdoc cref="Create"/>
    public static Option<T> Required<T>(string name, string description, string valueName, Func<string, T> parse, params string[] aliases)
        => new(name, aliases)
        {
            Description = description,
            HelpName = valueName,
            Required = true,
            CustomParser = result =>
            {
                try
                {
                    return parse(result.Tokens[^1].Value);
                }
                catch (UsageException e)
                {
                    result.AddError($"{name}: {e.Message}");
                    return default;
                }
            },
        };

    // A flag takes no value: with an optional one it would swallow the input path behind it.
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    public static Option<string> OneOf(string name, string description, params string[] choices)
        => Create(
            name, description, string.Join('|', choices),
            text => choices.Contains(text) ? text : throw new UsageException($"'{text}' is none of {string.Join(", ", choices)}."), choices[0]);

    public static double Speed(string text)
        => text == "max" ? double.PositiveInfinity : PositiveNumber(text.EndsWith('x') ? text[..^1] : text);

    public static double? Rate(string text) => PositiveNumber(text);

    public static long? Count(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new UsageException($"'{text}' is not a whole number.");

    public static int PositiveCount(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new UsageException($"'{text}' is not a whole number above 0.");

    public static UInt128 HashKey(string text)
        => UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 hash)
            ? hash
            : throw new UsageException($"'{text}' is not a hash key, which is a whole number below 2^128.");

    public static TimeSpan? Duration(string text)
        => DurationText.TryParse(text, out TimeSpan duration) ? duration : throw new UsageException($"'{text}' is not {DurationText.Hint}.");

    public static DateTimeOffset? Time(string text)
        => IsoTime.TryParse(text, out DateTimeOffset time)
            ? time
            : throw new UsageException($"'{text}' is not a time. Write 2024-01-02T14:30:00Z, with another offset, or 2024-01-02 (midnight UTC).");

    public static DateOnly Date(string text)
        => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw new UsageException($"'{text}' is not a date. Write yyyy-MM-dd.");

    /// <summary>Tickers of all the lists given; <c>@file</c> names a file with one ticker a line. Null if there is no list.</summary>
    public static IReadOnlySet<string>? Tickers(IReadOnlyList<string> lists)
    {
        if (lists.Count == 0) return null;
        var tickers = new HashSet<string>(StringComparer.Ordinal);
        foreach (string list in lists)
        {
            if (!list.StartsWith('@')) tickers.UnionWith(list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            else tickers.UnionWith(TickerFile(list[1..]));
        }

        return tickers.Count > 0 ? tickers : throw new UsageException("--tickers names no ticker.");
    }

    private static List<string> TickerFile(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Where(line => line.Length > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--tickers @{path}: {e.Message}");
        }
    }

    private static double PositiveNumber(string text)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value)
            ? value
            : throw new UsageException($"'{text}' is not a number above 0.");
}
