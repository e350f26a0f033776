using System.CommandLine;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;
using Streaming.Shared.Settings;
using Streaming.Shared.Streams;
using Streaming.Shared.Telemetry;

namespace Streaming.Producer.Commands;

/// <summary>The command line: parses, runs one command, and turns what went wrong into one message and an exit code.</summary>
public static class ProducerCommands
{
    private const string Section = "Producer";

    /// <summary>Runs the command that <paramref name="args"/> name and returns the exit code.</summary>
    /// <param name="cancellation">Stops a replay cleanly, as Ctrl-C does.</param>
    public static async Task<int> InvokeAsync(string[] args, CommandContext context, CancellationToken cancellation)
    {
        TextWriter error = context.Error;
        var verbose = new Option<bool>("--verbose") { Description = "show every refused row, and stack traces", Recursive = true, Arity = ArgumentArity.Zero };
        var root = new RootCommand("Replays historical market data from Parquet and CSV as JSON records onto a stream.")
        {
            ReplayCommand.Create(context, verbose),
            InspectCommand.Create(context),
            SampleCommand.Create(context),
            StreamCommand.Create(context),
            verbose,
        };

        HelpNotes.AddTo(root, Section, ProducerHelp.Of);
        bool isVerbose = false;
        try
        {
            var settings = ProgramSettings.Load(Section, Environment.CurrentDirectory);
            settings.CheckKeys(root);
            // An argument @file belongs to --tickers, and is no file of further arguments.
            var syntax = new ParserConfiguration { ResponseFileTokenReplacer = null };
            ParseResult parsed = root.Parse(settings.AddTo(args, root.Parse(args, syntax), _ => true), syntax);
            isVerbose = parsed.GetValue(verbose);
            // A replay is a job that logs; the other commands talk to whoever typed them.
            if (context.IsLogged && parsed.CommandResult.Command.Name == "replay") error = new LogLineWriter(context.Error, context.Time, "producer.replay", "Error");
            if (UsageErrors.Of(parsed, settings.SourceOfAdded) is { } problem)
                throw new UsageException($"{problem} See: {UsageErrors.PathOf(parsed.CommandResult, "producer")} --help");

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
            await error.WriteLineAsync($"producer: {(isVerbose ? e.ToString() : e.Message)}");
            return CodeOf(e);
        }
    }

    private static int CodeOf(Exception e) => e switch
    {
        UsageException or InvalidAddressException or InvalidSettingException or StreamNotFoundException or ReshardRefusedException => ExitCode.Usage,
        StreamUnavailableException or StoreUnavailableException => ExitCode.Unreachable,
        OperationCanceledException => ExitCode.Interrupted,
        _ => ExitCode.Failed,
    };
}
