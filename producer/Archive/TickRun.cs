using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>Ticks of one row group in event-time order; a batch of them is at hand, column by column.</summary>
/// <param name="rows">Its rows are the batch at hand.</param>
internal abstract class TickRun(RowGroupPlan group, RowGroupReader reader, RowBatch rows)
{
    public static readonly IComparer<TickRun> ByRank = Comparer<TickRun>.Create((x, y) => x.Rank.CompareTo(y.Rank));

    private int _row;

    public RowGroupPlan Group { get; } = group;

    /// <summary>File order, then place in the file: decides between ticks of equal time.</summary>
    public long Rank { get; } = ((long)group.File.Order << 32) | (uint)group.Place;

    public RowBatch Rows { get; } = rows;

    protected RowGroupReader Reader { get; } = reader;

    /// <summary>Event time of the next tick to take.</summary>
    public long CurrentMicros => Rows.MicrosOf(_row);

    /// <summary>Takes the next tick; false if it was the last at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(ref Tick tick)
    {
        Rows.CopyTo(_row, ref tick);
        return ++_row < Rows.Count;
    }

    /// <summary>Brings the next ticks to hand; false at the end.</summary>
    public bool Fill()
    {
        _row = 0;
        return ReadNext();
    }

    /// <summary>Gives back what it holds; nothing can be taken afterwards.</summary>
    public void Release(ArchiveReading reading)
    {
        Reader.Dispose();
        reading.ReturnBatch(Rows);
        Group.File.Release();
    }

    /// <summary>Puts the next rows in place of those before, at least one; false at the end.</summary>
    protected abstract bool ReadNext();
}

/// <summary>A group whose times rise: streamed, one batch in memory.</summary>
internal sealed class StreamedRun(RowGroupPlan group, RowGroupReader reader, RowBatch rows) : TickRun(group, reader, rows)
{
    protected override bool ReadNext()
    {
        while (Reader.Read(Rows))
        {
            if (Rows.Count > 0) return true;
        }

        return false;
    }
}

/// <summary>A group whose times do not rise: held in memory and sorted, rows of equal time in file order.</summary>
internal sealed class SortedRun(RowGroupPlan group, RowGroupReader reader, RowBatch rows) : TickRun(group, reader, rows)
{
    private List<RowBatch>? _batches;
    private (long Micros, int Row)[] _order = [];
    private int _next;

    protected override bool ReadNext()
    {
        _batches ??= ReadAll();
        Rows.SetTickers();
        Rows.Count = Math.Min(RowBatch.Capacity, _order.Length - _next);
        for (int i = 0; i < Rows.Count; i++)
        {
            (int batch, int row) = Math.DivRem(_order[_next++].Row, RowBatch.Capacity);
            Rows.Copy(_batches[batch], row, i);
        }

        return Rows.Count > 0;
    }

    private List<RowBatch> ReadAll()
    {
        var batches = new List<RowBatch>();
        _order = new (long Micros, int Row)[Group.RowCount];
        int count = 0;
        while (Reader.Read(Rows))
        {
            var held = new RowBatch();
            held.Begin(Group.Columns);
            held.SetTickers();
            for (int row = 0; row < Rows.Count; row++)
            {
                held.Copy(Rows, row, row);
                _order[count++] = (Rows.Micros[row], (batches.Count * RowBatch.Capacity) + row);
            }

            batches.Add(held);
        }

        Array.Resize(ref _order, count);
        Array.Sort(_order);
        return batches;
    }
}
