using System.CommandLine;
using Streaming.Shared.Hosting;

namespace Streaming.Shared.CommandLine;

/// <summary>A program's command line: parses, runs one command, and turns what went wrong into one message and an exit code.</summary>
/// <param name="Name">As it is typed: <c>producer</c>.</param>
/// <param name="Section">Of its settings: <c>Producer</c>.</param>
/// <param name="Logs">Commands that are jobs or services, whose stderr is a log; the others talk to whoever typed them.</param>
public sealed record CommandProgram(string Name, string Section, Func<Command, HelpNote> HelpOf, params string[] Logs)
{
    /// <summary>Runs the command that <paramref name="args"/> name and returns the exit code.</summary>
    /// <param name="commandsOf">The root command, given the option that is set for more output.</param>
    /// <param name="cancellation">Stops a command cleanly, as Ctrl-C does.</param>
    public async Task<int> InvokeAsync(string[] args, CommandContext context, Func<Option<bool>, RootCommand> commandsOf, CancellationToken cancellation)
    {
        TextWriter error = context.Error;
        Option<bool> verbose = OptionValues.Flag("--verbose", "more log lines, every refused row, and stack traces");
        verbose.Recursive = true;
        bool isVerbose = false;
        try
        {
            RootCommand root = commandsOf(verbose);
            root.Options.Add(verbose);
            HelpNotes.AddTo(root, Section, HelpOf);
            var settings = ProgramSettings.Load(Section, Environment.CurrentDirectory);
            settings.CheckKeys(root);
            // An argument @file belongs to --tickers, and is no file of further arguments.
            var syntax = new ParserConfiguration { ResponseFileTokenReplacer = null };
            ParseResult parsed = root.Parse(settings.AddTo(args, root.Parse(args, syntax)), syntax);
            isVerbose = parsed.GetValue(verbose);
            string command = parsed.CommandResult.Command.Name;
            if (context.IsLogged && Logs.Contains(command)) error = new LogLineWriter(context.Error, context.Time, $"{Name}.{command}", "Error");
            if (UsageErrors.Of(parsed, settings.SourceOfAdded) is { } problem)
                throw new UsageException($"{problem} See: {UsageErrors.PathOf(parsed.CommandResult, Name)} --help");

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
        catch (Exception problem)
        {
            int? code = ExitCode.Of(problem);
            await error.WriteLineAsync($"{Name}: {(code is null || isVerbose ? problem.ToString() : problem.Message)}");
            return code ?? ExitCode.Failed;
        }
    }
}
