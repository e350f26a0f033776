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

    /// <summary>The oldest record that is still there.</summary>
    public static StreamPosition TrimHorizon => new(StreamPositionKind.TrimHorizon);

    /// <summary>Only what arrives after the reader was opened.</summary>
    public static StreamPosition Latest => new(StreamPositionKind.Latest);

    /// <summary>The record that follows <paramref name="last"/>.</summary>
    public static StreamPosition After(SequenceNumber last) => new(StreamPositionKind.AfterSequenceNumber, last);

    /// <summary>The first record that arrived at or after that time.</summary>
    public static StreamPosition At(DateTimeOffset arrival)
        => new(StreamPositionKind.AtTimestamp, atMicros: (arrival.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
}

public enum StreamPositionKind
{
    TrimHorizon,
    Latest,
    AfterSequenceNumber,
    AtTimestamp,
}
