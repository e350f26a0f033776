using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Streaming.Shared.CommandLine;

/// <summary>What the help of a command says below its options: environment, exit codes, an example.</summary>
/// <param name="ExitCodes">One code and its meaning a line.</param>
/// <param name="Example">A whole command line.</param>
public sealed record HelpNote(string Example, params string[] ExitCodes);

/// <summary>Puts the notes of each command below the library's help.</summary>
public sealed class HelpNotes(string section, Func<Command, HelpNote> noteOf) : SynchronousCommandLineAction
{
    private readonly HelpAction _options = new();

    public override bool ClearsParseErrors => true;

    /// <param name="section">The program's section of the settings.</param>
    public static void AddTo(RootCommand root, string section, Func<Command, HelpNote> noteOf)
        => root.Options.OfType<HelpOption>().Single().Action = new HelpNotes(section, noteOf);

    public override int Invoke(ParseResult parseResult)
    {
        int code = _options.Invoke(parseResult);
        Command command = parseResult.CommandResult.Command;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Option[] settable = [.. ProgramSettings.OptionsOf(command)];
        // Flags are recursive or stand at the end of a list: an option with a value shows more.
        if (command.Action is not null && settable.FirstOrDefault(option => option.HelpName is not null) is { } shown)
        {
            output.WriteLine("Environment:");
            output.WriteLine($"  {ProgramSettings.VariableOf(section, shown.Name)}=<{shown.HelpName}>  as {shown.Name}; each option likewise, also in {ProgramSettings.FileName}");
            if (Array.Exists(settable, option => option.Name == "--region"))
                output.WriteLine("  AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL_S3 and AWS credentials, for kinesis:// and s3://");
            output.WriteLine();
        }

        HelpNote note = noteOf(command);
        output.WriteLine("Exit codes:");
        foreach (string exitCode in note.ExitCodes) output.WriteLine($"  {exitCode}");
        output.WriteLine();
        output.WriteLine("Example:");
        output.WriteLine($"  {note.Example}");
        output.WriteLine();
        return code;
    }
}
