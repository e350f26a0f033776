using Streaming.Shared.Ticks;

namespace Streaming.Shared.Streams;

/// <summary>Where a reader begins, in Kinesis' terms.</summary>
public readonly record struct StreamPosition
{
    private StreamPosition(StreamPositionKind kind, SequenceNumber after = default, long atMicros = 0)
        => (Kind, SequenceNumber, TimestampMicros) = (kind, after, atMicros);

    public StreamPositionKind Kind { get; }

    /// <summary>For <see cref="StreamPositionKind.AfterSequenceNumber"/>.</summary>
    public SequenceNumber SequenceNumber { get; }

    /// <summary>For <see cref="StreamPositionKind.AtTimestamp"/>: arrival time, UTC microseconds since 1970.</summary>
    public long TimestampMicros { get; }

    /// <summary>See <see cref="ReadToTipAt"/>.</summary>
    public long? ReadToTipAtMicros { get; private init; }

    /// <summary>Begins at, and goes on with, what is left where records are known to be gone, instead of throwing.</summary>
    public bool AcceptsLoss { get; private init; }

    public StreamPosition AcceptingLoss() => this with { AcceptsLoss = true };

    /// <summary>
    /// The same place, of which it is known when nothing followed it yet. It tells a shard that was quiet for longer than its retention
    /// from one that lost records.
    /// </summary>
    /// <param name="micros">UTC microseconds since 1970; null if that is not known.</param>
    public StreamPosition ReadToTipAt(long? micros) => this with { ReadToTipAtMicros = micros };

    /// <summary>The oldest record that is still there.</summary>
    public static StreamPosition TrimHorizon => new(StreamPositionKind.TrimHorizon);

    /// <summary>Only what arrives after the reader was opened.</summary>
    public static StreamPosition Latest => new(StreamPositionKind.Latest);

    /// <summary>The record that follows <paramref name="last"/>.</summary>
    public static StreamPosition After(SequenceNumber last) => new(StreamPositionKind.AfterSequenceNumber, last);

    /// <summary>The first record that arrived at or after that time.</summary>
    public static StreamPosition At(DateTimeOffset arrival)
        => At(IsoTime.ToMicros(arrival));

    /// <inheritdoc cref="At(DateTimeOffset)"/>
    public static StreamPosition At(long arrivalMicros) => new(StreamPositionKind.AtTimestamp, atMicros: arrivalMicros);
}

public enum StreamPositionKind
{
    TrimHorizon,
    Latest,
    AfterSequenceNumber,
    AtTimestamp,
}
