using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>
/// Owns the order of the ticks: all row groups as one stream in event-time order, equal times in file order and then row order.
/// A group is opened when the merge reaches its earliest time. Does not own the files' plans.
/// </summary>
internal sealed class EventTimeMerge : IDisposable
{
    /// <summary>Rows that groups with unsorted times may hold in memory together, about 320 MB.</summary>
    public const int MaxSortedRows = 4_000_000;

    private readonly RowGroupPlan[] _pending;
    private readonly ArchiveReading _reading;
    private readonly RefusedRows _refused;
    private readonly List<TickRun> _heap = [];
    private readonly int _maxSortedRows;
    private long _sortedRows;
    private int _nextPending;

    public EventTimeMerge(IEnumerable<ArchiveFile> files, ArchiveReading reading, RefusedRows refused, int maxSortedRows = MaxSortedRows)
    {
        (_reading, _refused, _maxSortedRows) = (reading, refused, maxSortedRows);
        _pending = [.. files.Where(file => !file.IsRefused)
            .SelectMany(file => file.Groups)
            .OrderBy(group => group.MinMicros).ThenBy(group => group.File.Order).ThenBy(group => group.Index)];
    }

    public bool TryRead(ref Tick tick)
    {
        // Also at an equal time: a group that is still closed may come first in file order.
        while (_nextPending < _pending.Length && (_heap.Count == 0 || _pending[_nextPending].MinMicros <= _heap[0].Micros))
            Open(_pending[_nextPending++]);
        if (_heap.Count == 0) return false;
        _heap[0].CopyTo(ref tick);
        AdvanceFirst();
        return true;
    }

    public void Dispose()
    {
        foreach (TickRun run in _heap) run.Group.File.Release();
        _heap.Clear();
    }

    private void Open(RowGroupPlan group)
    {
        if (group.File.IsRefused) return;
        bool isAcquired = false;
        long reserved = 0;
        try
        {
            ParquetFile file = group.File.Acquire();
            isAcquired = true;
            bool isSorted = group.IsSorted ?? TimeScan.Of(file, group.Index, group.File.Columns, _reading).IsSorted;
            if (!isSorted) reserved = ReserveSortedRows(group);
            var reader = new RowGroupReader(file, group, _reading, _refused);
            TickRun run = isSorted ? new StreamedRun(group, reader) : new SortedRun(group, reader);
            if (run.MoveNext())
            {
                if (run.Micros < group.MinMicros) throw new ParquetException(group.File.Path, $"the statistics of row group {group.Index} are wrong.");
                _heap.Add(run);
                SiftUp(_heap.Count - 1);
                return;
            }

            Close(run);
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            if (isAcquired) group.File.Release();
            _sortedRows -= reserved;
            Refuse(group.File, ReadFaults.Reason(e));
        }
    }

    private long ReserveSortedRows(RowGroupPlan group)
    {
        if (_sortedRows + group.RowCount > _maxSortedRows)
        {
            throw new ParquetException(
                group.File.Path,
                $"row group {group.Index} is not sorted by time, and more than {_maxSortedRows} unsorted rows would have to be held in memory. "
                + $"Sort the file, for example with DuckDB: COPY (FROM '{group.File.Path}' ORDER BY {group.File.Columns.Order!.Name}) TO 'sorted.parquet'");
        }

        _sortedRows += group.RowCount;
        return group.RowCount;
    }

    private void AdvanceFirst()
    {
        TickRun run = _heap[0];
        try
        {
            if (run.MoveNext())
            {
                SiftDown(0);
                return;
            }
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            Refuse(run.Group.File, $"{ReadFaults.Reason(e)} Its rows up to here were replayed.");
            return;
        }

        Remove(0);
        Close(run);
    }

    private void Close(TickRun run)
    {
        if (run is SortedRun) _sortedRows -= run.Group.RowCount;
        run.Group.File.Release();
    }

    // Once for a file, however many of its groups are open.
    private void Refuse(ArchiveFile file, string reason)
    {
        file.IsRefused = true;
        for (int i = _heap.Count - 1; i >= 0; i--)
        {
            if (_heap[i].Group.File != file) continue;
            Close(_heap[i]);
            _heap.RemoveAt(i);
        }

        for (int i = (_heap.Count / 2) - 1; i >= 0; i--) SiftDown(i);
        _refused.RefuseFile(file.Path, reason);
    }

    private void Remove(int index)
    {
        _heap[index] = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (index < _heap.Count) SiftDown(index);
    }

    private void SiftUp(int index)
    {
        for (int parent = (index - 1) / 2; index > 0 && _heap[index].ComesBefore(_heap[parent]); index = parent, parent = (index - 1) / 2)
            (_heap[index], _heap[parent]) = (_heap[parent], _heap[index]);
    }

    private void SiftDown(int index)
    {
        while (true)
        {
            int first = (2 * index) + 1;
            if (first >= _heap.Count) return;
            if (first + 1 < _heap.Count && _heap[first + 1].ComesBefore(_heap[first])) first++;
            if (!_heap[first].ComesBefore(_heap[index])) return;
            (_heap[index], _heap[first]) = (_heap[first], _heap[index]);
            index = first;
        }
    }
}
