using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>
/// The figures of one shard; written once a batch by its pull loop, read by others. The progress line, the summary, the metrics
/// and the readiness all come from here.
/// </summary>
public sealed class ShardProgress(string shard, TimeProvider time)
{
    private readonly Lock _lock = new();
    private ShardFigures _figures = new() { Shard = shard };
    private Books _booksBefore;
    private FlushFigures _flushesBefore;
    private PutFigures _putsBefore;

    public ShardFigures Figures
    {
        get
        {
            lock (_lock) return _figures;
        }
    }

    /// <summary>The shard is this worker's from now on.</summary>
    internal void Take()
    {
        lock (_lock) _figures = _figures with { IsOwned = true, OwnedSince = time.GetTimestamp(), Blocked = [] };
    }

    /// <summary>To be called before the first batch of a shard that was taken: what its checkpoint brought was not done by this process just now.</summary>
    internal void Begin(ShardWindows windows)
    {
        lock (_lock)
        {
            _booksBefore = windows.Books - _figures.BooksNow;
            (_flushesBefore, _putsBefore) = (_figures.Flushes, _figures.Puts);
            _figures = _figures with
            {
                Position = windows.Position,
                Books = windows.Books,
                WindowCount = windows.WindowCount,
                ShardMicros = windows.ShardMicros,
                Flushes = _flushesBefore with { IsFailing = false, CheckpointedAt = null },
            };
        }
    }

    internal void Update(RecordBatch batch, ShardWindows windows, FlushFigures flushes, BarWriter bars)
    {
        ShardFigures before = Figures;
        Set(windows, flushes, bars, before with
        {
            BytesRead = before.BytesRead + batch.DataBytes,
            MillisBehindLatest = batch.MillisBehindLatest,
            LastReadAt = time.GetTimestamp(),
        });
    }

    /// <summary>The shard is not this worker's any more.</summary>
    internal void End()
    {
        lock (_lock) _figures = _figures with { IsOwned = false, WindowCount = 0 };
    }

    internal void Finish(ShardWindows windows, FlushFigures flushes, BarWriter bars) => Set(windows, flushes, bars, Figures);

    private void Set(ShardWindows windows, FlushFigures flushes, BarWriter bars, ShardFigures figures)
    {
        lock (_lock)
        {
            _figures = figures with
            {
                Position = windows.Position,
                Books = windows.Books,
                BooksNow = windows.Books - _booksBefore,
                FailureCount = windows.FailureCount,
                IgnoredValues = windows.IgnoredValues,
                WindowCount = windows.WindowCount,
                ShardMicros = windows.ShardMicros,
                Flushes = flushes.After(_flushesBefore),
                Puts = bars.Puts.After(_putsBefore),
                Blocked = bars.Blocked,
            };
        }
    }
}
