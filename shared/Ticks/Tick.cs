namespace Streaming.Shared.Ticks;

/// <summary>
/// One market event, a trade, a quote's middle or a bar: what the JSON record of the contract says. A field that the event
/// lacks is <see cref="double.NaN"/> or null.
/// </summary>
public record struct Tick
{
    /// <summary>1 to 64 bytes of UTF-8 without control characters, taken as it stands: case and blanks count.</summary>
    public string Ticker { get; set; }

    /// <summary>Event time: UTC microseconds since 1970.</summary>
    public long TimestampMicros { get; set; }

    /// <summary>Trade date in the exchange's calendar, if the event has one.</summary>
    public DateOnly? Date { get; set; }

    public double Open { get; set; }

    public double High { get; set; }

    public double Low { get; set; }

    /// <summary>The price; always there.</summary>
    public double Close { get; set; }

    public double Volume { get; set; }
}
