using Streaming.Shared;
using Streaming.Shared.CommandLine;

namespace Streaming.Consumer.Commands;

/// <summary>Options that name a place in a shard.</summary>
internal static class StartOption
{
    private const string Wanted = "trim-horizon, latest or at:<ISO 8601 time>";

    /// <summary><c>run --start</c>.</summary>
    public static ValueOption<StartPosition> OfRun() => new(
        "--start", "where a shard without a checkpoint begins", "checkpoint|trim-horizon|latest|at:<time>",
        text => text == "checkpoint" ? StartPosition.Checkpoint : Parse(text, $"checkpoint, {Wanted}"), "checkpoint");

    /// <summary><c>checkpoints reset --to</c>.</summary>
    public static ValueOption<StartPosition> OfReset() => new(
        "--to", "where to begin again, by arrival time", "trim-horizon|latest|at:<time>", text => Parse(text, Wanted), "trim-horizon");

    private static StartPosition Parse(string text, string wanted) => text switch
    {
        "trim-horizon" => new StartPosition(StartKind.TrimHorizon),
        "latest" => new StartPosition(StartKind.Latest),
        _ when text.StartsWith("at:", StringComparison.Ordinal) => new StartPosition(StartKind.At, OptionValues.Time(text[3..])!.Value),
        _ => throw new UsageException($"'{text}' is not {wanted}."),
    };
}
