using System.Runtime.CompilerServices;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// Asks the processor for windows before they are looked at, where all are looked at one after the other: those of a ticker were made in turns with
/// those of all others, and lie as far apart.
/// </summary>
internal static class WindowPrefetch
{
    /// <summary>So many places ahead.</summary>
    public const int Ahead = 8;

    /// <summary>Not a method of the window: a call on it would wait for it, to see that it is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(Window? window)
    {
        if (window is not null) CacheLines.Prefetch(ref Unsafe.As<WindowValue, byte>(ref window.Value), 3);
    }
}
