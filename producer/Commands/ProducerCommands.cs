using System.CommandLine;
using Streaming.Shared.CommandLine;

namespace Streaming.Producer.Commands;

/// <summary>The command line of the producer.</summary>
public static class ProducerCommands
{
    private static readonly CommandProgram Program = new("producer", "Producer", ProducerHelp.Of, "replay");

    /// <inheritdoc cref="CommandProgram.InvokeAsync"/>
    public static Task<int> InvokeAsync(string[] args, CommandContext context, CancellationToken cancellation)
        => Program.InvokeAsync(args, context, verbose => new RootCommand("Replays historical market data from Parquet and CSV as JSON records onto a stream.")
        {
            ReplayCommand.Create(context, verbose),
            InspectCommand.Create(context),
            SampleCommand.Create(context),
            StreamCommand.Create(context),
        }, cancellation);
}
