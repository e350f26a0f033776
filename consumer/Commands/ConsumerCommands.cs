using System.CommandLine;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Settings;
using Streaming.Shared.Telemetry;

namespace Streaming.Consumer.Commands;

/// <summary>The command line of the consumer.</summary>
public static class ConsumerCommands
{
    /// <summary>The exit code of an error that a user can act on, whose message says how; null for one that is a bug of ours.</summary>
    public static int? ExitCodeOf(Exception error) => ExitCodes.Of(error);

    private const string Section = "Consumer";

    public static async Task<int> InvokeAsync(string[] args)
    {
        var verbose = new Option<bool>("--verbose") { Description = "debug log and stack traces", Recursive = true };
        try
        {
            return await InvokeAsync(args, Settings.Load(Section, Environment.CurrentDirectory), verbose);
        }
        catch (InvalidSettingException error)
        {
            await Console.Error.WriteLineAsync($"consumer: {error.Message}");
            return ExitCodes.BadUsage;
        }
    }

    private static async Task<int> InvokeAsync(string[] args, Settings settings, Option<bool> verbose)
    {
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

        HelpNotes.AddTo(root, Section, ConsumerHelp.Of);
        settings.CheckKeys(root);

        // An argument that begins with @ is a ticker list or a typing error, never a response file.
        var syntax = new ParserConfiguration { ResponseFileTokenReplacer = null };
        ParseResult typed = root.Parse(args, syntax);
        ParseResult parsed = root.Parse(settings.AddTo(args, typed, option => option is not IConfiguredOption), syntax);
        TextWriter errors = ErrorsOf(parsed.CommandResult.Command);
        if (UsageErrors.Of(parsed, settings.SourceOfAdded) is { } problem)
        {
            await errors.WriteLineAsync($"consumer: {problem} See: {UsageErrors.PathOf(parsed.CommandResult, "consumer")} --help");
            return ExitCodes.BadUsage;
        }

        try
        {
            // Signals are ours: the library would end the process two seconds after the first.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        }
        catch (Exception error) when (ExitCodes.Of(error) is { } code && !parsed.GetValue(verbose))
        {
            await errors.WriteLineAsync($"consumer: {error.Message}");
            return code;
        }
        catch (Exception error)
        {
            await errors.WriteLineAsync($"consumer: {error}");
            return ExitCodes.Of(error) ?? ExitCodes.Failed;
        }
    }

    /// <summary>The commands that log: their last words are a log event too.</summary>
    private static TextWriter ErrorsOf(Command command)
        => command.Name is "run" or "replay" && Console.IsErrorRedirected
            ? new LogLineWriter(Console.Error, TimeProvider.System, $"consumer.{command.Name}", "Error")
            : Console.Error;
}
