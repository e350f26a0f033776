using System.Buffers;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>
/// Ticks of one row group in event-time order, one at a time. Begins before the first: call <see cref="MoveNext"/>. Holds whole ticks
/// and no columns, because the merge goes from run to run with each tick and would miss the cache once for every column.
/// </summary>
internal abstract class TickRun(RowGroupPlan group)
{
    private Tick[] _ticks = [];
    private int _count;
    private int _next;

    public RowGroupPlan Group { get; } = group;

    /// <summary>File order, then order in the file: decides between ticks of equal time.</summary>
    public long Rank { get; } = ((long)group.File.Order << 32) | (uint)group.Index;

    public ref readonly Tick Current => ref _ticks[_next - 1];

    public bool MoveNext()
    {
        if (_next == _count)
        {
            _count = Fill(ref _ticks);
            _next = 0;
        }

        return _next++ < _count;
    }

    /// <summary>Puts the next ticks in place of those before; returns how many, 0 at the end.</summary>
    protected abstract int Fill(ref Tick[] ticks);
}

/// <summary>A group whose times rise: streamed, one batch in memory.</summary>
/// <param name="columns">Where the rows come to before they are ticks; shared by all runs.</param>
internal sealed class StreamedRun(RowGroupPlan group, RowGroupReader reader, RowBatch columns) : TickRun(group)
{
    protected override int Fill(ref Tick[] ticks)
    {
        while (reader.Read(columns))
        {
            if (columns.UsableCount == 0) continue;
            // Rented, because one for each group of a long history is garbage that waits for a full collection.
            if (ticks.Length == 0) ticks = ArrayPool<Tick>.Shared.Rent(RowBatch.Capacity);
            for (int i = 0; i < columns.UsableCount; i++) columns.CopyTo(columns.Usable[i], ref ticks[i]);
            return columns.UsableCount;
        }

        if (ticks.Length > 0) ArrayPool<Tick>.Shared.Return(ticks, clearArray: true);
        ticks = [];
        return 0;
    }
}

/// <summary>A group whose times do not rise: held in memory and sorted, rows of equal time in file order.</summary>
internal sealed class SortedRun(RowGroupPlan group, RowGroupReader reader, RowBatch columns) : TickRun(group)
{
    private bool _isRead;

    protected override int Fill(ref Tick[] ticks)
    {
        if (_isRead) return 0;
        _isRead = true;
        ticks = new Tick[Group.RowCount];
        int count = 0;
        while (reader.Read(columns))
        {
            foreach (int row in columns.Usable.AsSpan(0, columns.UsableCount)) columns.CopyTo(row, ref ticks[count++]);
        }

        var order = new (long Micros, int Row)[count];
        for (int row = 0; row < count; row++) order[row] = (ticks[row].TimestampMicros, row);
        Array.Sort(order, ticks, 0, count);
        return count;
    }
}
