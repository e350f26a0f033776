using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>Figures of one shard for the progress line and the summary; written by its pull loop, read by others.</summary>
public sealed class ShardProgress(string shard)
{
    private readonly Lock _lock = new();
    private ShardFigures _figures = new(shard, SequenceNumber.None, default, 0, 0, 0, long.MinValue);
    private long _readBefore = -1;

    public ShardFigures Figures
    {
        get
        {
            lock (_lock) return _figures;
        }
    }

    /// <summary>Records read by this run.</summary>
    public long ReadNow
    {
        get
        {
            lock (_lock) return _readBefore < 0 ? 0 : _figures.Books.Read - _readBefore;
        }
    }

    internal void Update(RecordBatch batch, ShardWindows windows, ShardFlusher flusher)
        => Set(windows, flusher, batch.MillisBehindLatest, batch.Count);

    internal void Finish(ShardWindows windows, ShardFlusher flusher) => Set(windows, flusher, Figures.MillisBehindLatest, 0);

    private void Set(ShardWindows windows, ShardFlusher flusher, long millisBehindLatest, int batchRecords)
    {
        lock (_lock)
        {
            if (_readBefore < 0) _readBefore = windows.Books.Read - batchRecords;
            _figures = new ShardFigures(
                shard, windows.Position, windows.Books, windows.WindowCount, flusher.Bars.ObjectsPut, millisBehindLatest, windows.ShardMicros);
        }
    }
}

/// <param name="Position">Last record read.</param>
/// <param name="WindowCount">Windows in memory.</param>
/// <param name="ObjectsPut">Objects of rows written by this process.</param>
/// <param name="ShardMicros">Highest event time, UTC microseconds since 1970; <see cref="long.MinValue"/> before the first tick.</param>
public sealed record ShardFigures(
    string Shard, SequenceNumber Position, Books Books, int WindowCount, long ObjectsPut, long MillisBehindLatest, long ShardMicros);
