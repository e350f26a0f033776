using Streaming.Producer.Archive;
using Streaming.Shared;
using Streaming.Shared.Aws;

namespace Streaming.Producer;

public enum Retime
{
    /// <summary>Ticks keep their historical event times.</summary>
    Keep,

    /// <summary>The first tick is moved to now, the others with it.</summary>
    Now,
}

/// <summary>What to replay, and how. Checked by <see cref="Validate"/> before anything is sent.</summary>
public sealed record ProducerOptions
{
    /// <summary>Parquet files, folders and globs.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>For inputs in S3.</summary>
    public AwsSettings Aws { get; init; } = AwsSettings.FromEnvironment;

    /// <summary>Field to column, as <c>ticker=sym,close=px</c>; empty for the usual names.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Field to column, one <c>close=NAME</c> each: the name is everything behind the first equals sign.</summary>
    public IReadOnlyList<string> NamedColumns { get; init; } = [];

    /// <summary>The exchange's zone: decides <c>date</c> where the input has none, and when a daily bar happened.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    /// <summary>Zone of input times that have none.</summary>
    public TimeZoneInfo InputTimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Power of ten that prices of the input are multiplied by.</summary>
    public int PriceExponent { get; init; }

    /// <summary>Ticker of files that say none.</summary>
    public string? Ticker { get; init; }

    /// <summary>Files that say no ticker have it in their name.</summary>
    public bool TickerFromFileName { get; init; }

    /// <summary>Event time per wall time; positive infinity sends as fast as the stream takes it.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Most records per second.</summary>
    public double? Rate { get; init; }

    /// <summary>First event time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First event time that is not replayed any more.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Null for all.</summary>
    public IReadOnlySet<string>? Tickers { get; init; }

    /// <summary>Most records in all.</summary>
    public long? Limit { get; init; }

    /// <summary>Most wall time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Passes over the data; null for ever.</summary>
    public int? Loops { get; init; } = 1;

    public Retime Retime { get; init; } = Retime.Keep;

    /// <summary>Pauses of over an hour without a tick take no time.</summary>
    public bool SkipGaps { get; init; } = true;

    /// <summary>Read and encode everything, as fast as it goes, and send nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>The first bad row or file ends the replay; else it is counted and left out.</summary>
    public bool FailOnBadRow { get; init; }

    /// <summary>Told of every refused row; the summary names only the first ones.</summary>
    public Action<RefusedRow>? RowRefused { get; init; }

    /// <summary>Told what the replay makes of its input where that is not as usual.</summary>
    public Action<string>? Noted { get; init; }

    /// <summary>Written into every record: tells this run's records from those of others.</summary>
    public required string RunId { get; init; }

    /// <exception cref="UsageException">A value is out of range; the message says which.</exception>
    public ProducerOptions Validate()
    {
        if (Inputs.Count == 0) throw new UsageException("No input. Give Parquet files, folders or globs.");
        if (!(Speed > 0)) throw new UsageException($"--speed {Speed}: it must be above 0, or max.");
        if (Rate is { } rate && !(rate > 0 && double.IsFinite(rate))) throw new UsageException($"--rate {rate}: it must be above 0.");
        if (Limit < 0) throw new UsageException($"--limit {Limit}: it must not be negative.");
        if (Loops < 1) throw new UsageException($"--loops {Loops}: it must be at least 1.");
        if (Duration <= TimeSpan.Zero) throw new UsageException("--duration: it must be above 0.");
        if (From >= To) throw new UsageException($"--from {From:O} is not before --to {To:O}.");
        ColumnMap.Parse(Columns, NamedColumns);
        if (Ticker is not null && TickerFromFileName)
            throw new UsageException("--ticker and --ticker-from-file-name: give one of the two.");
        return this;
    }
}
