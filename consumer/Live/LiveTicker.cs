using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;

namespace Streaming.Consumer.Live;

/// <summary>The last rows of one ticker. Not for two threads at once.</summary>
/// <param name="id">Of the ticker on this worker, short because it stands in front of each row that is sent.</param>
internal sealed class LiveTicker(int id, string name)
{
    /// <summary>Rows kept of each ticker: half an hour if it trades every minute. Some 90 bytes each.</summary>
    public const int MaxBars = 30;

    private readonly List<LiveBar> _bars = [];

    public int Id => id;

    public string Name => name;

    /// <summary>By start of their minutes.</summary>
    public IReadOnlyList<LiveBar> Bars => _bars;

    /// <summary>Of the first look that found a row.</summary>
    public long Since { get; private set; } = long.MaxValue;

    /// <summary>Of the last look that found something new.</summary>
    public long Stamp { get; private set; } = long.MinValue;

    /// <summary>Takes over what has changed in the ticker's windows since the last look.</summary>
    public void Look(TickerState ticker, ShardWindows windows, long stamp)
    {
        // Both lists are short and sorted, and what is new is at their ends.
        int place = _bars.Count;
        for (int i = ticker.Windows.Count - 1; i >= 0; i--)
        {
            ref readonly WindowValue value = ref ticker.Windows[i].Value;
            while (place > 0 && _bars[place - 1].Bar.WindowStartMicros > value.StartMicros) place--;
            bool isThere = place > 0 && _bars[place - 1].Bar.WindowStartMicros == value.StartMicros;
            bool isClosed = windows.IsClosed(value.EndMicros);
            if (isThere && _bars[place - 1].Bar.TickCount == value.TickCount && _bars[place - 1].IsClosed == isClosed) continue;

            Since = Math.Min(Since, stamp);
            Stamp = stamp;
            var seen = new LiveBar(Bar.Of(value), isClosed, stamp);
            if (isThere) _bars[place - 1] = seen;
            else _bars.Insert(place, seen);
        }

        if (_bars.Count > MaxBars) _bars.RemoveRange(0, _bars.Count - MaxBars);
    }
}
