using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Live;

/// <summary>
/// Owns: what is shown of one shard, as long as this worker has it. The shard's loop looks at its windows a few times a second
/// while somebody watches, and before windows are forgotten, so that nothing is missing when somebody comes. Whoever shows it takes copies.
/// </summary>
public sealed class LiveShard : IObserver<WindowedBatch>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<LiveTicker> _tickers = [];
    private readonly LiveBoard _board;
    private readonly string _shard;
    private readonly ShardWindows _windows;
    private readonly TimeProvider _time;
    private long _lookedAt;
    private Books _told;

    internal LiveShard(LiveBoard board, string shard, ShardWindows windows, TimeProvider time)
    {
        (_board, _shard, _windows, _time) = (board, shard, windows, time);
        _told = windows.Books;
        _lookedAt = time.GetTimestamp() - (long)(time.TimestampFrequency * LiveBoard.Interval.TotalSeconds);
        _windows.Forgetting = Look;
    }

    /// <summary>On the shard's loop, after each batch: almost always a comparison or two.</summary>
    public void OnNext(WindowedBatch value)
    {
        if (value.Books.Late != _told.Late || value.Books.Quarantined != _told.Quarantined) Tell(value);
        if (_board.IsWatched && _time.GetElapsedTime(_lookedAt) >= LiveBoard.Interval) Look();
    }

    public void OnCompleted()
    {
    }

    /// <summary>The loop itself ends with the error; there is nothing more to look at.</summary>
    public void OnError(Exception error)
    {
    }

    private void Look()
    {
        _lookedAt = _time.GetTimestamp();
        IReadOnlyList<TickerState> tickers = _windows.Tickers.All;
        lock (_lock)
        {
            long stamp = _board.Stamp;
            for (int i = 0; i < tickers.Count; i++)
            {
                // Tickers are never forgotten and keep their order.
                if (i == _tickers.Count) _tickers.Add(new LiveTicker(_board.NextId(), tickers[i].Name));
                _tickers[i].Look(tickers[i], _windows, stamp);
            }
        }
    }

    /// <summary>Copies the rows that were found changed at or after <paramref name="stamp"/>.</summary>
    internal void CopyChanges(long stamp, List<KeyValuePair<LiveTicker, LiveBar>> changes)
    {
        lock (_lock)
        {
            foreach (LiveTicker ticker in _tickers)
            {
                if (ticker.Stamp < stamp) continue;
                foreach (LiveBar bar in ticker.Bars)
                {
                    if (bar.Stamp >= stamp) changes.Add(new(ticker, bar));
                }
            }
        }
    }

    /// <summary>The rows of one ticker, by start; empty if it is not here.</summary>
    internal LiveBar[] BarsOf(string ticker)
    {
        lock (_lock) return [.. _tickers.Find(other => other.Name == ticker)?.Bars ?? []];
    }

    private void Tell(WindowedBatch batch)
    {
        Tell(batch, _windows.Late, batch.Books.Late - _told.Late, ProblemKind.Late);
        Tell(batch, _windows.Quarantined, batch.Books.Quarantined - _told.Quarantined, ProblemKind.Bad);
        _told = batch.Books;
    }

    /// <param name="count">How many of the last kept records are of this batch.</param>
    private void Tell(WindowedBatch batch, IReadOnlyList<KeptRecord> kept, long count, ProblemKind kind)
    {
        int next = 0;
        foreach (KeptRecord record in kept.Skip(kept.Count - (int)Math.Min(count, ProblemList.MaxProblems)))
        {
            // Both are in the order of the shard.
            ReadOnlySpan<DecodedTick> ticks = batch.Decoded.Ticks;
            while (batch.Decoded.Records[next].SequenceNumber != record.SequenceNumber) next++;
            TickerState? ticker = kind == ProblemKind.Late ? _windows.Tickers[ticks[next].TickerId] : null;
            _board.Problems.Add(kind, TextOf(record, ticks[next], ticker), _shard, record.SequenceNumber.ToString(), ticker?.Name);
        }
    }

    private static string TextOf(KeptRecord record, in DecodedTick tick, TickerState? ticker) => ticker is null
        ? record.Reason
        : $"of {IsoTime.ToDateTime(tick.EventMicros):HH:mm:ss}, came when its ticker was at {IsoTime.ToDateTime(ticker.WatermarkMicros):HH:mm:ss}: {record.Reason}";

    public void Dispose()
    {
        _windows.Forgetting = null;
        _board.Leave(this);
    }
}
