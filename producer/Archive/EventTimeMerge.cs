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
    private readonly RunOrder _runs = new();
    private readonly int _maxSortedRows;
    private long _sortedRows;
    private int _nextPending;

    public EventTimeMerge(IEnumerable<ArchiveFile> files, ArchiveReading reading, RefusedRows refused, int maxSortedRows = MaxSortedRows)
    {
        (_reading, _refused, _maxSortedRows) = (reading, refused, maxSortedRows);
        _pending = [.. files.Where(file => !file.IsRefused)
            .SelectMany(file => file.Groups)
            .OrderBy(group => group.MinMicros).ThenBy(group => group.File.Order).ThenBy(group => group.Place)];
    }

    public bool TryRead(ref Tick tick)
    {
        if (!_runs.HasNext && !Settle()) return false;
        if (!_runs.TakeFirst(ref tick)) FillFirst();
        return true;
    }

    public void Dispose()
    {
        foreach (TickRun run in _runs.RemoveAll()) Close(run);
    }

    // Opens what may come next; false if nothing is left.
    private bool Settle()
    {
        // Also at an equal time: a group that is still closed may come first in file order.
        while (_nextPending < _pending.Length && _pending[_nextPending].MinMicros <= _runs.FirstMicros()) Open(_pending[_nextPending++]);
        if (_runs.Count == 0) return false;
        _runs.Arrange(_nextPending < _pending.Length ? _pending[_nextPending].MinMicros : long.MaxValue);
        return true;
    }

    private void Open(RowGroupPlan group)
    {
        if (group.File.IsRefused) return;
        bool isAcquired = false;
        long reserved = 0;
        long[] times = [];
        try
        {
            IHistoryFile file = group.File.Acquire();
            isAcquired = true;
            bool isSorted = group.IsSorted ?? IsSorted(file, group, ref times);
            if (!isSorted) reserved = ReserveSortedRows(group);
            var reader = new RowGroupReader(file, group, _reading, _refused, times);
            RowBatch rows = _reading.RentBatch(group.Columns);
            TickRun run = isSorted ? new StreamedRun(group, reader, rows) : new SortedRun(group, reader, rows);
            if (run.Fill())
            {
                if (run.CurrentMicros < group.MinMicros) throw new ParquetException(group.File.Path, $"the statistics of row group {group.Index} are wrong.");
                _runs.Add(run);
                return;
            }

            Close(run);
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            if (isAcquired) group.File.Release();
            _reading.ReturnTimes(times);
            _sortedRows -= reserved;
            Refuse(group.File, ReadFaults.Reason(e));
        }
    }

    /// <param name="times">Gets the times, if they can be held: they are read for the look already.</param>
    private bool IsSorted(IHistoryFile file, RowGroupPlan group, ref long[] times)
    {
        TickColumns columns = group.Columns;
        if (!columns.Times.IsDaily && !columns.Times.IsEpochWithDate) times = _reading.RentTimes(group.RowCount);
        using IRowPass pass = file.Open(group.Index, group.Part);
        TimeScan scan = TimeScan.Of(pass, columns, _reading, times);
        if (scan.AreAllUsable) return scan.IsSorted;
        _reading.ReturnTimes(times);
        times = [];
        return scan.IsSorted;
    }

    private long ReserveSortedRows(RowGroupPlan group)
    {
        if (_sortedRows + group.RowCount > _maxSortedRows)
        {
            throw new ParquetException(
                group.File.Path,
                $"row group {group.Index} is not sorted by time, and more than {_maxSortedRows} unsorted rows would have to be held in memory. "
                + $"Sort the file, for example with DuckDB: COPY (FROM '{group.File.Path}' ORDER BY {group.Columns.Times.Order}) TO 'sorted.parquet'");
        }

        _sortedRows += group.RowCount;
        return group.RowCount;
    }

    private void FillFirst()
    {
        TickRun run = _runs.First;
        try
        {
            if (run.Fill())
            {
                _runs.MoveFirst();
                return;
            }
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            Refuse(run.Group.File, $"{ReadFaults.Reason(e)} Its rows up to here were replayed.");
            return;
        }

        _runs.Remove(run);
        Close(run);
    }

    private void Close(TickRun run)
    {
        if (run is SortedRun) _sortedRows -= run.Group.RowCount;
        run.Release(_reading);
    }

    // Once for a file, however many of its groups are open.
    private void Refuse(ArchiveFile file, string reason)
    {
        file.IsRefused = true;
        foreach (TickRun run in _runs.RemoveAll(file)) Close(run);
        _refused.RefuseFile(file.Path, reason);
    }
}
