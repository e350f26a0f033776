using System.Buffers;
using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>What all row groups of one replay share: the filter, the table of tickers, scratch space, batches to be used again.</summary>
internal sealed class ArchiveReading(RowFilter filter, CancellationToken cancellation, FileHints? hints = null)
{
    /// <summary>Of a row group that is larger, times are read a second time rather than held: 1 MB, about what a page of them takes.</summary>
    public const int MaxHeldRows = 131_072;

    /// <summary>The same for all row groups that are open, 64 MB.</summary>
    private const int MaxHeldRowsOfAll = 64 * MaxHeldRows;

    private readonly Stack<RowBatch> _freeBatches = [];
    private int _heldRows;

    /// <summary>Asked before every batch, since a search for wanted rows may read many without giving one.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    public RowFilter Filter { get; } = filter;

    public FileHints Hints { get; } = hints ?? FileHints.None;

    public MarketClocks Clocks { get; } = MarketClocks.Of(hints ?? FileHints.None);

    public TickerTable Tickers { get; } = new(filter.Tickers);

    /// <summary>One for all columns of all files: each is converted before the next is read.</summary>
    public ColumnVector Scratch { get; } = new(RowBatch.Capacity);

    /// <summary>Tickers of the rows that are being read, likewise.</summary>
    public TickerEntry[] RowTickers { get; } = new TickerEntry[RowBatch.Capacity];

    /// <summary>What is wrong with the rows that are being read, likewise.</summary>
    public RowFault[] Faults { get; } = new RowFault[RowBatch.Capacity];

    /// <summary>Which of their values are ignored, likewise.</summary>
    public List<IgnoredValue> Ignored { get; } = [];

    /// <summary>Which of them are usable.</summary>
    public int[] Usable { get; } = new int[RowBatch.Capacity];

    /// <summary>Used again, because one for each group of a long history is garbage that waits for a full collection.</summary>
    public RowBatch RentBatch(TickColumns columns)
    {
        if (!_freeBatches.TryPop(out RowBatch? batch)) batch = new RowBatch();
        batch.Begin(columns);
        return batch;
    }

    /// <summary>To be called once nobody looks at the rows any more; without it the batch is garbage.</summary>
    public void ReturnBatch(RowBatch batch) => _freeBatches.Push(batch);

    /// <summary>The next values of a column, in <see cref="Scratch"/>; as many as the other columns have.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public ColumnVector Fill(IColumnReader reader, int rows)
        => reader.Read(Scratch, rows) == rows ? Scratch : throw new InvalidDataException("a column ends before the others.");

    /// <summary>Room for the times of so many rows, or an empty array if they are not to be held.</summary>
    public long[] RentTimes(long rows)
    {
        if (rows > MaxHeldRows || _heldRows + rows > MaxHeldRowsOfAll) return [];
        long[] times = ArrayPool<long>.Shared.Rent((int)rows);
        _heldRows += times.Length;
        return times;
    }

    public void ReturnTimes(long[] times)
    {
        if (times.Length == 0) return;
        _heldRows -= times.Length;
        ArrayPool<long>.Shared.Return(times);
    }
}
