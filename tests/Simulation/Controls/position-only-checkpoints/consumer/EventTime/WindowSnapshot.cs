namespace Streaming.Consumer.EventTime;

/// <summary>Control: a checkpoint holds no windows.</summary>
public readonly record struct WindowSnapshot(Window Window, WindowValue Value, bool IsDirty, bool IsDue, bool IsSealed)
{
    public bool IsNeeded(bool isWritten) => false;
}
