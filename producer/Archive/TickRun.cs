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

    /// <summary>Waits until nothing is read from the group any more.</summary>
    public virtual void Stop()
    {
    }

    /// <summary>Puts the next ticks in place of those before; returns how many, 0 at the end.</summary>
    protected abstract int Fill(ref Tick[] ticks);
}

/// <summary>
/// A group whose times rise: streamed, with two batches in memory. While the merge takes ticks from one, the other is filled. Bad rows are told of
/// when their batch is taken, so that a replay that ends before has not met them.
/// </summary>
internal sealed class StreamedRun : TickRun
{
    private const int End = -1;

    private readonly RowGroupReader _reader;
    private readonly ArchiveReading _archive;
    private readonly RefusedRows _refused;
    private readonly Func<int> _readAhead;
    private readonly List<(long Row, RowFault Fault)> _refusedAhead = [];
    private Tick[] _ahead = [];
    private Task<int>? _reading;

    public StreamedRun(RowGroupPlan group, RowGroupReader reader, ArchiveReading archive, RefusedRows refused)
        : base(group)
        => (_reader, _archive, _refused, _readAhead) = (reader, archive, refused, ReadAhead);

    protected override int Fill(ref Tick[] ticks)
    {
        while (true)
        {
            int count = (_reading ?? _archive.Begin(_readAhead)).GetAwaiter().GetResult();
            _reading = null;
            _refused.RefuseRows(Group.File.Path, _refusedAhead);
            (ticks, _ahead) = (_ahead, ticks);
            if (count == End)
            {
                Return(ticks);
                Return(_ahead);
                (ticks, _ahead) = ([], []);
                return 0;
            }

            _reading = _archive.Begin(_readAhead);
            if (count > 0) return count;
        }
    }

    // Whatever came of it.
    public override void Stop() => ((Task?)_reading)?.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();

    // In the background.
    private int ReadAhead()
    {
        RowBatch rows = _archive.Rows;
        _refusedAhead.Clear();
        if (!_reader.Read(rows)) return End;
        _refusedAhead.AddRange(rows.Refused);
        // Rented, because one for each group of a long history is garbage that waits for a full collection.
        if (_ahead.Length == 0) _ahead = ArrayPool<Tick>.Shared.Rent(RowBatch.Capacity);
        for (int i = 0; i < rows.UsableCount; i++) rows.CopyTo(rows.Usable[i], ref _ahead[i]);
        return rows.UsableCount;
    }

    private static void Return(Tick[] ticks)
    {
        if (ticks.Length > 0) ArrayPool<Tick>.Shared.Return(ticks, clearArray: true);
    }
}

/// <summary>A group whose times do not rise: held in memory and sorted, rows of equal time in file order.</summary>
internal sealed class SortedRun(RowGroupPlan group, RowGroupReader reader, ArchiveReading archive, RefusedRows refused) : TickRun(group)
{
    private readonly List<(long Row, RowFault Fault)> _refused = [];
    private bool _isRead;

    protected override int Fill(ref Tick[] ticks)
    {
        if (_isRead) return 0;
        _isRead = true;
        var all = new Tick[Group.RowCount];
        int count = 0;
        while (archive.Read(() => TryRead(all, ref count))) refused.RefuseRows(Group.File.Path, _refused);
        var order = new (long Micros, int Row)[count];
        for (int row = 0; row < count; row++) order[row] = (all[row].TimestampMicros, row);
        Array.Sort(order, all, 0, count);
        ticks = all;
        return count;
    }

    // In the background.
    private bool TryRead(Tick[] ticks, ref int count)
    {
        RowBatch rows = archive.Rows;
        if (!reader.Read(rows)) return false;
        _refused.Clear();
        _refused.AddRange(rows.Refused);
        foreach (int row in rows.Usable.AsSpan(0, rows.UsableCount)) rows.CopyTo(row, ref ticks[count++]);
        return true;
    }
}
