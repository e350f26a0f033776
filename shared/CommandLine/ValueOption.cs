using System.CommandLine;

namespace Streaming.Shared.CommandLine;

/// <summary>
/// An option whose text is checked when it is parsed, with one message that says what was wanted, and read as a value. It stays
/// text until then, so that the help shows defaults as one would type them.
/// </summary>
public sealed class ValueOption<T> : Option<string>
{
    private readonly Func<string, T> _parse;

    /// <param name="valueName">Stands for the value in the help.</param>
    /// <param name="parse">Throws <see cref="UsageException"/>, which says what it would take.</param>
    /// <param name="unset">The text that stands where none is given; null for the type's default.</param>
    public ValueOption(string name, string description, string valueName, Func<string, T> parse, string? unset = null, params string[] aliases)
        : base(name, aliases)
    {
        _parse = parse;
        Description = description;
        HelpName = valueName;
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            try
            {
                parse(text);
            }
            catch (UsageException refused)
            {
                result.AddError($"{name}: {refused.Message}");
            }

            return text;
        };
        if (unset is not null) DefaultValueFactory = _ => unset;
    }

    public T? Read(ParseResult parsed) => parsed.GetValue(this) is { } text ? _parse(text) : default;
}
