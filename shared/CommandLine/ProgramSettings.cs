using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Streaming.Shared.CommandLine;

/// <summary>
/// Settings below the command line: <c>STREAMING__Producer__Speed=60</c> in the environment, then <c>{ "Producer": { "Speed": "60" } }</c> in
/// <c>appsettings.json</c> where the command runs. A key that no option has is refused, because a mistyped one would be ignored.
/// </summary>
public sealed class ProgramSettings
{
    public const string FileName = "appsettings.json";

    private const string Prefix = "STREAMING__";

    /// <summary>Of all programs, which may share a file and an environment.</summary>
    private static readonly string[] Sections = ["Producer", "Consumer"];

    private readonly string _section;
    private readonly IConfigurationRoot _file;
    private readonly IConfigurationRoot _environment;
    private readonly HashSet<Option> _added = [];

    private ProgramSettings(string section, IConfigurationRoot file, IConfigurationRoot environment)
        => (_section, _file, _environment) = (section, file, environment);

    /// <param name="section">The program's own.</param>
    /// <param name="folder">Where <c>appsettings.json</c> may be.</param>
    /// <exception cref="UsageException">The file cannot be read, or holds a section that no program has.</exception>
    public static ProgramSettings Load(string section, string folder)
    {
        IConfigurationRoot file;
        try
        {
            file = new ConfigurationBuilder().SetBasePath(folder).AddJsonFile(FileName, optional: true).Build();
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Exception cause = problem;
            while (cause is not JsonException && cause.InnerException is { } inner) cause = inner;
            throw new UsageException($"{Path.Combine(folder, FileName)} cannot be read: {cause.Message}");
        }

        return new ProgramSettings(section, file, new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build());
    }

    /// <summary>The text set for an option, or null: <c>--flush-interval</c> is <c>FlushInterval</c>. An empty one is as none.</summary>
    public string? this[string option]
    {
        get
        {
            string key = $"{_section}:{KeyOf(option)}";
            return _environment[key] is { Length: > 0 } variable ? variable : _file[key] is { Length: > 0 } text ? text : null;
        }
    }

    /// <summary>The texts set for an option that may be repeated: a list, as <c>STREAMING__Producer__Column__0=close=px</c>, or one.</summary>
    private string[] ValuesOf(string option)
    {
        if (this[option] is { } text) return [text];
        string key = $"{_section}:{KeyOf(option)}";
        string[] variables = ListOf(_environment);
        return variables.Length > 0 ? variables : ListOf(_file);

        string[] ListOf(IConfigurationRoot configuration)
            => [.. configuration.GetSection(key).GetChildren().Select(item => item.Value).OfType<string>().Where(item => item.Length > 0)];
    }

    /// <summary>Where an option's text was set, for messages.</summary>
    public string SourceOf(string option)
        => _environment[$"{_section}:{KeyOf(option)}"] is { Length: > 0 } ? VariableOf(_section, option) : $"{FileName}, {_section}:{KeyOf(option)}";

    /// <summary>Where the value of an option comes from that <see cref="AddTo"/> added; null for one that was typed.</summary>
    public string? SourceOfAdded(Option option) => _added.Contains(option) ? SourceOf(option.Name) : null;

    /// <summary>The environment variable that sets an option.</summary>
    public static string VariableOf(string section, string option) => $"{Prefix}{section}__{KeyOf(option)}";

    /// <summary>Options of a command that can be set, those of the commands above it too.</summary>
    public static IEnumerable<Option> OptionsOf(Command command)
        => command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => OptionsOf(parent).Where(option => option.Recursive)))
            .Where(option => option is not (HelpOption or VersionOption) && option.Name != "--yes");

    /// <summary>Refuses what no option of the program is called.</summary>
    /// <exception cref="UsageException">The message names the key, where it is, and the nearest one that there is.</exception>
    public void CheckKeys(Command root)
    {
        string[] known = [.. AllCommands(root).SelectMany(OptionsOf).Select(option => KeyOf(option.Name)).Distinct(StringComparer.Ordinal)];
        CheckKeys(_file, known, path => $"{FileName}, {path}");
        CheckKeys(_environment, known, path => Prefix + path.Replace(":", "__", StringComparison.Ordinal));
    }

    /// <summary><paramref name="args"/>, and behind them the settings of the command's options that are not among them.</summary>
    /// <exception cref="UsageException">A flag is set to something other than true or false.</exception>
    public string[] AddTo(string[] args, ParseResult typed)
    {
        var settings = new List<string>();
        foreach (Option option in OptionsOf(typed.CommandResult.Command))
        {
            if (typed.GetResult(option) is { Implicit: false }) continue;
            foreach (string text in ValuesOf(option.Name))
            {
                if (option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool)) settings.AddRange([option.Name, text]);
                else if (!bool.TryParse(text, out bool isOn)) throw new UsageException($"{SourceOf(option.Name)}: '{text}' is neither true nor false.");
                else if (isOn) settings.Add(option.Name);
                _added.Add(option);
            }
        }

        // Behind a -- everything is an argument.
        int end = Array.IndexOf(args, "--");
        return end < 0 ? [.. args, .. settings] : [.. args[..end], .. settings, .. args[end..]];
    }

    private void CheckKeys(IConfigurationRoot configuration, string[] known, Func<string, string> sourceOf)
    {
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            if (!Sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new UsageException(
                    $"{sourceOf(section.Path)}: there is no such section.{NearestWord.Suggestion(section.Key, Sections)} Sections are {string.Join(" and ", Sections)}, as in {sourceOf($"{_section}:{known[0]}")}.");
            }

            // The keys of another program are for it to judge.
            if (!section.Key.Equals(_section, StringComparison.OrdinalIgnoreCase)) continue;
            if (section.Value is { Length: > 0 }) throw new UsageException($"{sourceOf(section.Path)}: it is a section of settings, and no value.");
            foreach (IConfigurationSection key in section.GetChildren())
            {
                if (!known.Contains(key.Key, StringComparer.OrdinalIgnoreCase))
                {
                    throw new UsageException(
                        $"{sourceOf(key.Path)}: there is no such setting.{NearestWord.Suggestion(key.Key, known)} Settings are called as options are: --stream is Stream.");
                }

                if (key.GetChildren().Any(item => item.Value is null || !int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                    throw new UsageException($"{sourceOf(key.Path)}: it must be a text, a number, true, false or a list of them.");
            }
        }
    }

    private static IEnumerable<Command> AllCommands(Command command) => command.Subcommands.SelectMany(AllCommands).Prepend(command);

    /// <summary><c>--create-stream</c> is <c>CreateStream</c>.</summary>
    private static string KeyOf(string option)
        => string.Concat(option.TrimStart('-').Split('-', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
