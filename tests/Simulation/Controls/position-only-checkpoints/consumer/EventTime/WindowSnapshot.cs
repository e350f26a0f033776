namespace Streaming.Consumer.EventTime;

/// <summary>Control: a checkpoint holds no windows.</summary>
public readonly record struct WindowSnapshot(Window Window, Window AsItWas, DateOnly TradeDate, bool IsDirty, bool IsDue, bool IsSealed)
{
    public ref readonly WindowValue Value => ref AsItWas.Value;

    public bool IsNeeded(bool isWritten) => false;
}
