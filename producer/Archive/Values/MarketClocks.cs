namespace Streaming.Producer.Archive.Values;

/// <summary>Whose midnight makes a time a date.</summary>
internal enum DayRule
{
    /// <summary>The time as it is written, in its own offset.</summary>
    Written,

    /// <summary>The exchange's.</summary>
    Exchange,

    Utc,
}

/// <summary>The two time zones of a history, and what follows from them.</summary>
internal sealed class MarketClocks(TimeZoneInfo input, TimeZoneInfo exchange)
{
    /// <summary>Time of day of a daily bar.</summary>
    public const int CloseHour = 16;

    /// <summary>Of times without a zone.</summary>
    public ZoneClock Input { get; } = new(input);

    public ZoneClock Exchange { get; } = new(exchange);

    public static MarketClocks Of(FileHints hints) => new(hints.InputZone, hints.ExchangeZone);

    /// <summary>Event time of a daily bar: the session's close on its date.</summary>
    public long CloseOf(long daySince1970)
    {
        // No zone's clocks change at that hour.
        Exchange.TryToUtc((daySince1970 * EventTime.MicrosPerDay) + (CloseHour * 3600 * EventTime.MicrosPerSecond), out long micros);
        return micros;
    }

    /// <summary>What the rule's clock shows at the moment, in microseconds since 1970.</summary>
    public long Shown(in Moment moment, DayRule rule) => rule switch
    {
        DayRule.Exchange => Exchange.ToLocal(moment.UtcMicros),
        DayRule.Utc => moment.UtcMicros,
        _ => moment.WrittenMicros,
    };
}
