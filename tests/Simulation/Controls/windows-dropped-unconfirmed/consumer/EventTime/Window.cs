using Streaming.Consumer.Decoding;

namespace Streaming.Consumer.EventTime;

/// <summary>Control: a window is dropped once it takes no tick any more, whether or not its value stands in its object.</summary>
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

    /// <summary>A window out of a checkpoint. It counts as dirty: what stands in its object may be older.</summary>
    public static Window Restored(TickerState ticker, WindowValue value) => new(ticker, value);

    /// <summary>Its value as it is now.</summary>
    public Window Copy() => new(Ticker, Value);

    public bool IsFinished(EventTimeRules rules) => rules.IsSealed(Value.EndMicros, Ticker.WatermarkMicros);
}
