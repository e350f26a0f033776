namespace Streaming.Consumer.EventTime;

/// <summary>Control: what a checkpoint brings is taken to stand in its object.</summary>
public sealed class Window(TickerState ticker, WindowValue value)
{
    public WindowValue Value = value;

    public TickerState Ticker { get; } = ticker;

    public long ConfirmedTickCount { get; set; }

    public bool IsDirty => Value.TickCount != ConfirmedTickCount;

    public static Window Restored(TickerState ticker, WindowValue value) => new(ticker, value) { ConfirmedTickCount = value.TickCount };

    public bool IsFinished(EventTimeRules rules) => !IsDirty && rules.IsSealed(Value.EndMicros, Ticker.WatermarkMicros);
}
