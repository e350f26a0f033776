using System.CommandLine;
using System.CommandLine.Parsing;

namespace Streaming.Shared.CommandLine;

/// <summary>What is wrong with a command line, in one sentence that blames the right word.</summary>
public static class UsageErrors
{
    /// <summary>Null if nothing is wrong.</summary>
    /// <param name="sourceOf">Where an option's value comes from if it was not typed; else null.</param>
    public static string? Of(ParseResult parsed, Func<Option, string?> sourceOf)
    {
        // Help is shown whatever else was typed.
        if (parsed.Action is { ClearsParseErrors: true }) return null;
        Command command = parsed.CommandResult.Command;
        // First, because the options behind a mistyped command are not known either.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [[not '-', ..] name, ..])
            return $"there is no command '{name}'.{NearestWord.Suggestion(name, command.Subcommands.Select(known => known.Name))}";
        if (UnknownOption(parsed) is { } option)
            return $"there is no option '{option}'.{NearestWord.Suggestion(option, ProgramSettings.OptionsOf(command).Select(known => known.Name))}";
        if (parsed.Errors.Count == 0) return null;
        if (parsed.UnmatchedTokens.Count > 0) return $"'{parsed.UnmatchedTokens[0]}' is one argument too many.";

        ParseError error = parsed.Errors[0];
        return error.SymbolResult is OptionResult { Option: var wrong } && sourceOf(wrong) is { } source ? $"{source}: {error.Message}" : error.Message;
    }

    /// <summary>A command as it is typed. The root command's own name is that of the process (dotnet, testhost).</summary>
    public static string PathOf(CommandResult command, string program)
        => command.Parent is CommandResult parent ? $"{PathOf(parent, program)} {command.Command.Name}" : program;

    /// <summary>
    /// The first word that looks like an option and is none. The parser takes it for an argument, or blames the value behind it. A word behind
    /// <c>--</c> is an argument.
    /// </summary>
    private static string? UnknownOption(ParseResult parsed)
        => parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value is ['-', '-', _, ..] or ['-', >= 'a' and <= 'z'])?.Value.Split('=', ':')[0];
}
