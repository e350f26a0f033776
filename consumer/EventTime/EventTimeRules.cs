namespace Streaming.Consumer.EventTime;

/// <summary>When a window is written, until when it takes ticks, and which ticks.</summary>
/// <param name="Grace">A window is written once the shard's event time is this far past its end.</param>
/// <param name="AllowedLateness">A window takes ticks until its ticker's watermark is more than this past its end.</param>
/// <param name="ExchangeZone">Gives the trade date of a tick that has none.</param>
public sealed record EventTimeRules(TimeSpan Grace, TimeSpan AllowedLateness, TimeZoneInfo ExchangeZone)
{
    private readonly long _graceMicros = (long)Grace.TotalMicroseconds;
    private readonly long _latenessMicros = (long)AllowedLateness.TotalMicroseconds;

    /// <summary>A record that its producer put again, by its <c>run</c> and <c>seq</c>, does not count.</summary>
    public bool DropRepeats { get; init; } = true;

    /// <summary>Complete for all that is known, so it may be written; a later tick corrects it.</summary>
    public bool IsClosed(long windowEndMicros, long shardMicros) => shardMicros >= windowEndMicros + _graceMicros;

    /// <summary>Takes no tick any more. Once true for a ticker it stays true, because a watermark never falls.</summary>
    public bool IsSealed(long windowEndMicros, long watermarkMicros) => watermarkMicros > windowEndMicros + _latenessMicros;
}
