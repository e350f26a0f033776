namespace Streaming.Consumer.EventTime;

/// <summary>A window as it was at the snapshot's position.</summary>
/// <param name="Window">The live window, to confirm.</param>
/// <param name="AsItWas">The same if it takes no tick any more, which is most of what a busy shard writes; else a copy.</param>
/// <param name="TradeDate">That of its value, at hand.</param>
/// <param name="IsDirty">Not known to stand in its object.</param>
/// <param name="IsDue">To be written now.</param>
/// <param name="IsSealed">At the snapshot's position it takes no tick any more.</param>
public readonly record struct WindowSnapshot(Window Window, Window AsItWas, DateOnly TradeDate, bool IsDirty, bool IsDue, bool IsSealed)
{
    /// <summary>Its value at the snapshot's position.</summary>
    public ref readonly WindowValue Value => ref AsItWas.Value;

    /// <summary>
    /// A restart at the snapshot's position needs it: it may still change there, or its value is not known to stand in its object.
    /// </summary>
    /// <param name="isWritten">This flush has written it.</param>
    public bool IsNeeded(bool isWritten) => !IsSealed || (IsDirty && !isWritten);
}
