using System.CommandLine;
using System.CommandLine.Parsing;

namespace Streaming.Consumer.Commands;

/// <summary>The command line of the consumer.</summary>
public static class ConsumerCommands
{
    /// <summary>The exit code of an error that a user can act on, whose message says how; null for one that is a bug of ours.</summary>
    public static int? ExitCodeOf(Exception error) => ExitCodes.Of(error);

    public static async Task<int> InvokeAsync(string[] args)
    {
        var verbose = new Option<bool>("--verbose") { Description = "debug log and stack traces", Recursive = true };
        var settings = new Settings();
        var root = new RootCommand("Computes 1-minute averages and the latest close per ticker from a record stream into a lake.")
        {
            RunCommand.Create(settings, verbose),
            QueryCommand.Create(settings),
            StatusCommand.Create(settings),
            CheckpointsCommand.Create(settings),
            ReplayCommand.Create(settings, verbose),
            LakeCommand.Create(settings),
            verbose,
        };

        // An argument that begins with @ is a ticker list or a typing error, never a response file.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            // Of a command that there is not the first says that one is missing.
            ParseError error = parsed.Errors[parsed.UnmatchedTokens.Count > 0 ? ^1 : 0];
            string of = parsed.CommandResult.Command == root ? "" : $" {parsed.CommandResult.Command.Name}";
            await Console.Error.WriteLineAsync($"consumer: {error.Message} See: consumer{of} --help");
            return ExitCodes.BadUsage;
        }

        try
        {
            // Signals are ours: the library would end the process two seconds after the first.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        }
        catch (Exception error) when (ExitCodes.Of(error) is { } code && !parsed.GetValue(verbose))
        {
            await Console.Error.WriteLineAsync($"consumer: {error.Message}");
            return code;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"consumer: {error}");
            return ExitCodes.Of(error) ?? ExitCodes.Failed;
        }
    }
}
