using System.CommandLine;

namespace Streaming.Consumer.Commands;

/// <summary>
/// An option whose text is checked when it is parsed, with one message that says what was wanted, and read as a value. It stays
/// text until then, so that the help shows defaults as one would type them.
/// </summary>
internal sealed class CheckedOption<T> : Option<string>, IConfiguredOption
{
    private readonly TryParse<T> _parse;

    /// <param name="settings">Give the default, if they have one.</param>
    /// <param name="valueName">Stands for the value in the help.</param>
    /// <param name="fallback">The default of the defaults; null if the option is off without a value.</param>
    /// <param name="wanted">Completes "... is not".</param>
    public CheckedOption(Settings settings, string name, string description, string valueName, string? fallback, string wanted, TryParse<T> parse)
        : base(name)
    {
        _parse = parse;
        Description = description;
        HelpName = valueName;
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!parse(text, out _)) result.AddError($"{name} '{text}' is not {wanted}.");
            return text;
        };
        string? byDefault = settings[name] ?? fallback;
        if (byDefault is null) return;
        DefaultValueFactory = result =>
        {
            if (!parse(byDefault, out _)) result.AddError($"{(settings[name] is null ? name : settings.SourceOf(name))} '{byDefault}' is not {wanted}.");
            return byDefault;
        };
    }

    /// <summary>The value, or the type's default if the option is off.</summary>
    public T? Read(ParseResult parsed)
    {
        if (parsed.GetValue(this) is not { } text) return default;
        _parse(text, out T value);
        return value;
    }
}

/// <summary>An option whose default is its setting; the settings of others are added to the arguments.</summary>
internal interface IConfiguredOption;

internal delegate bool TryParse<T>(string text, out T value);
