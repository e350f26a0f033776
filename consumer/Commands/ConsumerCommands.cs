using System.CommandLine;
using Streaming.Shared.CommandLine;

namespace Streaming.Consumer.Commands;

/// <summary>The command line of the consumer.</summary>
public static class ConsumerCommands
{
    private static readonly CommandProgram Program = new("consumer", "Consumer", ConsumerHelp.Of, "run", "replay");

    /// <inheritdoc cref="CommandProgram.InvokeAsync"/>
    public static Task<int> InvokeAsync(string[] args, CommandContext context, CancellationToken cancellation)
        => Program.InvokeAsync(args, context, verbose => new RootCommand("Computes 1-minute averages and the latest close per ticker from a record stream into a lake.")
        {
            RunCommand.Create(context, verbose),
            QueryCommand.Create(context),
            StatusCommand.Create(context),
            CheckpointsCommand.Create(context),
            ReplayCommand.Create(context, verbose),
            LakeCommand.Create(context),
        }, cancellation);
}
