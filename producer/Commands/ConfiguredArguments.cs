using System.CommandLine;
using Microsoft.Extensions.Configuration;

namespace Streaming.Producer.Commands;

/// <summary>
/// Settings below the command line: <c>STREAMING__Producer__CreateStream=true</c> in the environment, then
/// <c>{ "Producer": { "Speed": "60" } }</c> in <c>appsettings.json</c> where the command runs. A setting is an argument that was not
/// typed, so that it is checked, and refused, as if it had been.
/// </summary>
internal static class ConfiguredArguments
{
    /// <summary><paramref name="args"/>, and behind them the settings of the command's options that are not among them.</summary>
    public static string[] Add(string[] args, Func<string[], ParseResult> parse)
    {
        ParseResult typed = parse(args);
        IConfigurationSection section = new ConfigurationBuilder()
            .SetBasePath(Environment.CurrentDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables("STREAMING__")
            .Build()
            .GetSection("Producer");
        var settings = new List<string>();
        foreach (Option option in typed.CommandResult.Command.Options)
        {
            if (typed.GetResult(option) is { Implicit: false }) continue;
            foreach (string text in ValuesOf(section.GetSection(KeyOf(option))))
            {
                if (option.Arity.MaximumNumberOfValues > 0) settings.AddRange([option.Name, text]);
                else if (bool.TryParse(text, out bool isOn) && isOn) settings.Add(option.Name);
            }
        }

        return [.. args, .. settings];
    }

    // What may be repeated is a list there: STREAMING__Producer__Column__0=close=px.
    private static IEnumerable<string> ValuesOf(IConfigurationSection setting)
        => setting.GetChildren().Select(item => item.Value).Prepend(setting.Value).OfType<string>().Where(text => text.Length > 0);

    /// <summary><c>--create-stream</c> is <c>CreateStream</c>.</summary>
    private static string KeyOf(Option option)
        => string.Concat(option.Name.TrimStart('-').Split('-', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
