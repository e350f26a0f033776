using Streaming.Consumer.Decoding;

namespace Streaming.Consumer.EventTime;

/// <summary>Control: what a checkpoint brings is taken to stand in its object.</summary>
public sealed class Window
{
    /// <summary>The running value; a field, so that ticks are added in place.</summary>
    public WindowValue Value;

    /// <summary>A window of one tick.</summary>
    public Window(TickerState ticker, in DecodedTick tick, DateOnly tradeDate)
    {
        Ticker = ticker;
        Value.Begin(tick, tradeDate);
    }

    private Window(TickerState ticker, WindowValue value) => (Ticker, Value) = (ticker, value);

    public TickerState Ticker { get; }

    /// <summary>Ticks of the row that was confirmed in its object; 0 if none is known to stand there.</summary>
    public long ConfirmedTickCount { get; set; }

    public bool IsDirty => Value.TickCount != ConfirmedTickCount;

    public static Window Restored(TickerState ticker, WindowValue value) => new(ticker, value) { ConfirmedTickCount = value.TickCount };

    /// <summary>Its value as it is now.</summary>
    public Window Copy() => new(Ticker, Value);

    /// <summary>It takes no tick any more, and its last value stands in its object: it may be forgotten.</summary>
    public bool IsFinished(EventTimeRules rules) => !IsDirty && rules.IsSealed(Value.EndMicros, Ticker.WatermarkMicros);
}
