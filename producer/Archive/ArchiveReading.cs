using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// What all row groups of one replay share: the filter, the table of tickers, scratch space, and the background in which they are read, one
/// at a time. Only what runs there may use the rest, unless nothing does.
/// </summary>
internal sealed class ArchiveReading(RowFilter filter, CancellationToken cancellation)
{
    private readonly TaskFactory _background = new(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    /// <summary>Asked before every batch, since a search for wanted rows may read many without giving one.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    public RowFilter Filter { get; } = filter;

    public TickerTable Tickers { get; } = new(filter.Tickers);

    /// <summary>One for all columns of all files: each is converted before the next is read.</summary>
    public ColumnVector Scratch { get; } = new(RowBatch.Capacity);

    /// <summary>One for all row groups: its rows are taken out before the next are read.</summary>
    public RowBatch Rows { get; } = new();

    /// <summary>Begins to read in the background, after all that was begun before.</summary>
    public Task<T> Begin<T>(Func<T> read) => _background.StartNew(read);

    /// <summary>Reads in the background, and waits for it.</summary>
    public T Read<T>(Func<T> read) => Begin(read).GetAwaiter().GetResult();
}
