using Streaming.Consumer.Catalog;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Hosting;

namespace Streaming.Consumer;

/// <summary>Settings of <c>consumer run</c>, checked when they are read.</summary>
public sealed record ConsumerOptions
{
    public string Stream { get; init; } = "./data/stream";

    public string Lake { get; init; } = "./data/lake";

    /// <summary>Names the checkpoints; consumers of one name share a stream's shards. Letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</summary>
    public string AppName { get; init; } = "avg-1min";

    /// <summary>Where a shard begins that was never read.</summary>
    public StartPosition Start { get; init; } = StartPosition.Checkpoint;

    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan AllowedLateness { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Leave out records that their producer put again, by their <c>run</c> and <c>seq</c>.</summary>
    public bool DropRepeats { get; init; } = true;

    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a shard stays at its tip without a record before its open windows are written.</summary>
    public TimeSpan IdleFlushAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>This process among those of one application, fresh at each start; drawn from the service's random numbers if empty.</summary>
    public string WorkerId { get; init; } = "";

    /// <summary>A worker that gives no sign of life for so long loses its shards to others.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What to do where records are gone that were not read.</summary>
    public DataLossReaction OnDataLoss { get; init; }

    public CatalogKind Catalog { get; init; }

    public HttpEndpoint Http { get; init; } = HttpEndpoint.Default;

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Zone of the trade date of ticks that have none.</summary>
    public TimeZoneInfo ExchangeZone { get; init; } = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    /// <summary>
    /// The stream holds history for a table that another application writes: rows may go into its objects, which stay that application's.
    /// </summary>
    public bool Backfill { get; init; }

    /// <summary>Stop at the end that every shard had at the start.</summary>
    public bool Once { get; init; }

    /// <summary>With <see cref="Once"/>: stop at the first record that arrived later; null for the start of the run.</summary>
    public DateTimeOffset? OnceUntil { get; init; }

    /// <summary>Stop when all shards were at their tip and empty for so long.</summary>
    public TimeSpan? UntilIdle { get; init; }

    public EventTimeRules EventTime => new(Grace, AllowedLateness, ExchangeZone) { DropRepeats = DropRepeats };

    public FlushRules Flush => new(FlushInterval, IdleFlushAfter);
}

/// <summary>Where to begin. A shard that has a checkpoint goes on from it whatever this says.</summary>
/// <param name="Kind">One of the four that the command line knows.</param>
/// <param name="At">Arrival time, for <see cref="StartKind.At"/>.</param>
public readonly record struct StartPosition(StartKind Kind, DateTimeOffset At = default)
{
    public static StartPosition Checkpoint => new(StartKind.Checkpoint);
}

public enum StartKind
{
    /// <summary>The checkpoint, and the oldest record where there is none.</summary>
    Checkpoint,
    TrimHorizon,
    Latest,
    At,
}

public enum DataLossReaction
{
    /// <summary>The shard is not read any more, until an operator has decided.</summary>
    Stop,

    /// <summary>It goes on with what is left, and counts that something is missing.</summary>
    Continue,
}
