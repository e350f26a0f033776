namespace Streaming.Consumer.EventTime;

/// <summary>One ticker of a shard: its watermark, the windows that may still change, and how far its producers have come.</summary>
public sealed class TickerState(string name)
{
    public string Name { get; } = name;

    /// <summary>Highest event time that the ticker has shown, UTC microseconds; lateness is judged by it alone.</summary>
    public long WatermarkMicros { get; set; } = long.MinValue;

    /// <summary>Kept windows, by start. A handful, once the first flush is over: those within the allowed lateness.</summary>
    public List<Window> Windows { get; } = [];

    /// <summary>A field, so that it is advanced in place.</summary>
    public ProducerRuns Runs;

    /// <summary>The window that starts at <paramref name="startMicros"/>, or the place where it belongs (as a complement).</summary>
    public int Find(long startMicros)
    {
        // Ticks come nearly in order, so the window is nearly always the last or the one before.
        int i = Windows.Count - 1;
        while (i >= 0 && Windows[i].Value.StartMicros > startMicros) i--;
        return i >= 0 && Windows[i].Value.StartMicros == startMicros ? i : ~(i + 1);
    }
}
