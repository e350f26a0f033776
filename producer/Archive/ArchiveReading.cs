using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>What all row groups of one replay share: the filter, the table of tickers, scratch space.</summary>
internal sealed class ArchiveReading(RowFilter filter, CancellationToken cancellation)
{
    /// <summary>Asked before every batch, since a search for wanted rows may read many without giving one.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    public RowFilter Filter { get; } = filter;

    public TickerTable Tickers { get; } = new(filter.Tickers);

    /// <summary>One for all columns of all files: each is converted before the next is read.</summary>
    public ColumnVector Scratch { get; } = new(RowBatch.Capacity);

    /// <summary>One for all row groups: its rows are taken out before the next are read.</summary>
    public RowBatch Rows { get; } = new();
}
