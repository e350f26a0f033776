using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>Ticks of one row group in event-time order, one at a time. Begins before the first: call <see cref="MoveNext"/>.</summary>
internal abstract class TickRun(RowGroupPlan group)
{
    public RowGroupPlan Group { get; } = group;

    /// <summary>Event time of the current tick.</summary>
    public long Micros { get; protected set; }

    public abstract bool MoveNext();

    public abstract void CopyTo(ref Tick tick);

    /// <summary>Earlier time first; at equal times file order, then row order.</summary>
    public bool ComesBefore(TickRun other)
    {
        if (Micros != other.Micros) return Micros < other.Micros;
        return Group.File.Order != other.Group.File.Order ? Group.File.Order < other.Group.File.Order : Group.Index < other.Group.Index;
    }
}

/// <summary>A group whose times rise: streamed, one batch in memory.</summary>
internal sealed class StreamedRun(RowGroupPlan group, RowGroupReader reader) : TickRun(group)
{
    private readonly RowBatch _batch = new();
    private int _next;

    public override bool MoveNext()
    {
        while (_next == _batch.UsableCount)
        {
            if (!reader.Read(_batch)) return false;
            _next = 0;
        }

        Micros = _batch.Micros[_batch.Usable[_next++]];
        return true;
    }

    public override void CopyTo(ref Tick tick) => _batch.CopyTo(_batch.Usable[_next - 1], ref tick);
}

/// <summary>A group whose times do not rise: held in memory and sorted, rows of equal time in file order.</summary>
internal sealed class SortedRun : TickRun
{
    private readonly Tick[] _ticks;
    private readonly int _count;
    private int _next;

    public SortedRun(RowGroupPlan group, RowGroupReader reader)
        : base(group)
    {
        _ticks = new Tick[group.RowCount];
        var batch = new RowBatch();
        while (reader.Read(batch))
        {
            foreach (int row in batch.Usable.AsSpan(0, batch.UsableCount)) batch.CopyTo(row, ref _ticks[_count++]);
        }

        var order = new (long Micros, int Row)[_count];
        for (int row = 0; row < _count; row++) order[row] = (_ticks[row].TimestampMicros, row);
        Array.Sort(order, _ticks, 0, _count);
    }

    public override bool MoveNext()
    {
        if (_next == _count) return false;
        Micros = _ticks[_next++].TimestampMicros;
        return true;
    }

    public override void CopyTo(ref Tick tick) => tick = _ticks[_next - 1];
}
