using System.CommandLine;
using System.CommandLine.Parsing;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Commands;

/// <summary>The command line: parses, runs one command, and turns what went wrong into one message and an exit code.</summary>
public static class ProducerCommands
{
    /// <summary>Runs the command that <paramref name="args"/> name and returns the exit code.</summary>
    /// <param name="cancellation">Stops a replay cleanly, as Ctrl-C does.</param>
    public static async Task<int> InvokeAsync(string[] args, CommandContext context, CancellationToken cancellation)
    {
        var verbose = new Option<bool>("--verbose") { Description = "show every refused row, and stack traces", Recursive = true, Arity = ArgumentArity.Zero };
        var root = new RootCommand("Replays historical market data from Parquet and CSV as JSON records onto a stream.")
        {
            ReplayCommand.Create(context, verbose),
            InspectCommand.Create(context),
            SampleCommand.Create(context),
            StreamCommand.Create(context),
            verbose,
        };

        // An argument @file belongs to --tickers, and is no file of further arguments.
        var syntax = new ParserConfiguration { ResponseFileTokenReplacer = null };
        ParseResult parsed = root.Parse(ConfiguredArguments.Add(args, typed => root.Parse(typed, syntax)), syntax);
        if (parsed.Errors.Count > 0)
        {
            // Of a command that there is not the first says that one is missing.
            ParseError error = parsed.Errors[parsed.UnmatchedTokens.Count > 0 ? ^1 : 0];
            await context.Error.WriteLineAsync($"producer: {error.Message} See: {Path(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        try
        {
            // Signals are the caller's: the library would end the process two seconds after SIGTERM.
            var invocation = new InvocationConfiguration
            {
                Output = context.Output,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, cancellation);
        }
        catch (Exception e)
        {
            await context.Error.WriteLineAsync($"producer: {(parsed.GetValue(verbose) ? e.ToString() : e.Message)}");
            return CodeOf(e);
        }
    }

    // Not the root command's own name, which is that of the process (dotnet, testhost).
    private static string Path(CommandResult command)
        => command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "producer";

    private static int CodeOf(Exception e) => e switch
    {
        UsageException or StreamNotFoundException or ReshardRefusedException => ExitCode.Usage,
        StreamUnavailableException or StoreUnavailableException => ExitCode.Unreachable,
        OperationCanceledException => ExitCode.Interrupted,
        _ => ExitCode.Failed,
    };
}
