using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.EventTime;

/// <summary>One ticker of a shard: its watermark, the windows that may still change, and how far its producers have come.</summary>
public sealed class TickerState(string name)
{
    private readonly List<Window> _windows = [];

    public string Name { get; } = name;

    /// <summary>Highest event time that the ticker has shown, UTC microseconds; lateness is judged by it alone.</summary>
    public long WatermarkMicros { get; set; } = long.MinValue;

    /// <summary>Kept windows, by start. A handful, once the first flush is over: those within the allowed lateness.</summary>
    public IReadOnlyList<Window> Windows => _windows;

    /// <summary>The same, to go through; valid until one is put in or dropped.</summary>
    public ReadOnlySpan<Window> WindowSpan => CollectionsMarshal.AsSpan(_windows);

    /// <summary>The last of them: the one that nearly every tick belongs to, at hand.</summary>
    public Window? Newest { get; private set; }

    /// <summary>A field, so that it is advanced in place.</summary>
    public ProducerRuns Runs;

    /// <summary>The window that starts at <paramref name="startMicros"/>, or the place where it belongs (as a complement).</summary>
    public int Find(long startMicros)
    {
        // Ticks come nearly in order, so the window is nearly always the last or the one before.
        int i = _windows.Count - 1;
        while (i >= 0 && _windows[i].Value.StartMicros > startMicros) i--;
        return i >= 0 && _windows[i].Value.StartMicros == startMicros ? i : ~(i + 1);
    }

    /// <summary>Puts a window where <see cref="Find"/> says that it belongs.</summary>
    public void Insert(int index, Window window)
    {
        _windows.Insert(index, window);
        Newest = _windows[^1];
    }

    /// <summary>Drops the windows that take no tick any more and whose last value is confirmed in its object; returns how many.</summary>
    public int DropFinished(EventTimeRules rules)
    {
        Span<Window> windows = CollectionsMarshal.AsSpan(_windows);
        int kept = 0;
        for (int i = 0; i < windows.Length; i++)
        {
            if (i + WindowPrefetch.Ahead < windows.Length) WindowPrefetch.Ask(windows[i + WindowPrefetch.Ahead]);
            if (!windows[i].IsFinished(rules)) windows[kept++] = windows[i];
        }

        int dropped = windows.Length - kept;
        _windows.RemoveRange(kept, dropped);
        Newest = _windows.Count > 0 ? _windows[^1] : null;
        return dropped;
    }

    /// <summary>Has the processor fetch what the next tick looks at. Not a method of the ticker: a call on it would wait for it, to see that it is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(TickerState? ticker)
    {
        if (ticker is not null) CacheLines.Prefetch(ref Unsafe.As<ProducerRuns, byte>(ref ticker.Runs), 1);
    }
}
