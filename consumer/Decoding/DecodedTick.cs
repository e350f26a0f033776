using Streaming.Consumer.EventTime;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// A record after decoding. If it has a <see cref="Fault"/> it is bad, and nothing else counts; else it is what
/// the windows need of it, missing prices filled with the close.
/// </summary>
public struct DecodedTick
{
    /// <summary>One of <see cref="BadRecordReasons"/>; null if the record was understood.</summary>
    public string? Fault;

    /// <summary>Which one of the shard's <see cref="TickerTable"/>; 0, which is none, in a tick that is none. No reference, which costs more to write.</summary>
    public int TickerId;

    /// <summary>Values beside the close that are there and not usable, so that they count as absent.</summary>
    public byte IgnoredValues;

    /// <summary>Event time, UTC microseconds since 1970.</summary>
    public long EventMicros;

    public double Open;
    public double High;
    public double Low;
    public double Close;

    /// <summary>NaN if the event has none that is usable.</summary>
    public double Volume;

    public DateOnly? Date;

    /// <summary>The producer's run as it stands in the JSON; null if the record lacks it or <see cref="Seq"/>.</summary>
    public string? Run;

    /// <summary>The producer's counter within its run.</summary>
    public long Seq;
}
