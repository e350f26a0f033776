using Streaming.Consumer.Flushing;

namespace Streaming.Consumer.Live;

/// <summary>A row as it was when it was last looked at.</summary>
/// <param name="IsClosed">Complete for all that is known; a late tick may still correct it.</param>
/// <param name="Stamp">Of the look that found it like this (<see cref="LiveBoard.Stamp"/>).</param>
public readonly record struct LiveBar(Bar Bar, bool IsClosed, long Stamp);
