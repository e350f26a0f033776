namespace Streaming.Consumer.EventTime;

/// <summary>Control: a window is dropped once it takes no tick any more, whether or not its value stands in its object.</summary>
public sealed class Window(TickerState ticker, WindowValue value)
{
    public WindowValue Value = value;

    public TickerState Ticker { get; } = ticker;

    public long ConfirmedTickCount { get; set; }

    public bool IsDirty => Value.TickCount != ConfirmedTickCount;

    public static Window Restored(TickerState ticker, WindowValue value) => new(ticker, value);

    public bool IsFinished(EventTimeRules rules) => rules.IsSealed(Value.EndMicros, Ticker.WatermarkMicros);
}
