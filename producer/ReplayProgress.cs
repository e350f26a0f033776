using Streaming.Producer.Archive;
using Streaming.Producer.Pacing;

namespace Streaming.Producer;

/// <summary>Counters of a running replay, for the display; written by the replay alone.</summary>
public sealed class ReplayProgress
{
    private long? _passedMicros;

    /// <summary>Records that the stream acknowledged.</summary>
    public long Sent { get; set; }

    /// <summary>Bytes of JSON in them.</summary>
    public long BytesSent { get; set; }

    /// <summary>Puts that brought them there, and those that failed.</summary>
    public long Requests { get; set; }

    public long Throttled { get; set; }

    public long Retried { get; set; }

    /// <summary>Records that may stand in the stream twice: a request whose outcome is unknown was sent again.</summary>
    public long PossiblyRepeated { get; set; }

    /// <summary>Records that no stream takes, refused before they were sent.</summary>
    public long TooLarge { get; set; }

    /// <summary>Rows that were refused.</summary>
    public long Rejected { get; set; }

    /// <summary>Event time of the first tick, UTC microseconds since 1970; null before it.</summary>
    public long? FirstEventMicros { get; set; }

    /// <summary>Event time of the newest tick that was sent.</summary>
    public long? LastEventMicros { get; set; }

    /// <summary>How far the replay is behind its own schedule.</summary>
    public TimeSpan Lag { get; set; }

    public TimeSpan Elapsed { get; set; }

    internal void Pass(long eventMicros)
    {
        FirstEventMicros ??= eventMicros;
        _passedMicros = eventMicros;
    }

    /// <summary>After a send; what is gathered when the replay is interrupted never leaves.</summary>
    internal void ObserveSent(RefusedRows refused, ReplayClock clock)
    {
        LastEventMicros = _passedMicros;
        Observe(refused, clock);
    }

    internal void Observe(RefusedRows refused, ReplayClock clock)
    {
        Rejected = refused.RowCount;
        Lag = clock.Lag;
        Elapsed = clock.Elapsed;
    }
}
