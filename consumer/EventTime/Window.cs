namespace Streaming.Consumer.EventTime;

/// <summary>A kept window: its value, and how much of it is known to stand in its object.</summary>
public sealed class Window(TickerState ticker, WindowValue value)
{
    /// <summary>The running value; a field, so that ticks are added in place.</summary>
    public WindowValue Value = value;

    public TickerState Ticker { get; } = ticker;

    /// <summary>Ticks of the row that was confirmed in its object; 0 after a restart, because what stands there may be older.</summary>
    public long ConfirmedTickCount { get; set; }

    public bool IsDirty => Value.TickCount != ConfirmedTickCount;
}
