using Streaming.Producer.Archive.Csv;
using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Looks at the footers: finds the columns, and the earliest time of every row group, so that the merge can open a group only
/// when it reaches it. Times come from the statistics, or else from a look at the time column.
/// </summary>
internal sealed class ArchivePlanner(ColumnMap map, ArchiveReading reading, RefusedRows refused)
{
    public IReadOnlyList<ArchiveFile> Plan(IReadOnlyList<InputFile> inputs)
    {
        var files = new List<ArchiveFile>(inputs.Count);
        foreach (InputFile input in inputs)
        {
            try
            {
                using IHistoryFile file = input.Open();
                files.Add(Plan(input, files.Count, file));
            }
            catch (Exception e) when (ReadFaults.IsFileFault(e))
            {
                refused.RefuseFile(input.Path, ReadFaults.Reason(e));
            }
        }

        return files;
    }

    private ArchiveFile Plan(InputFile input, int order, IHistoryFile file)
    {
        TickColumns columns = TickColumns.Resolve(input, file.Columns, map);
        List<RowGroupPlan> groups = file is CsvFile csv && columns.Order is not null ? CsvPlanner.Plan(csv, columns, reading) : PlanGroups(file, columns);
        var planned = new ArchiveFile(input, order, columns, groups);
        foreach (RowGroupPlan group in groups) group.File = planned;
        return planned;
    }

    private List<RowGroupPlan> PlanGroups(IHistoryFile file, TickColumns columns)
    {
        var groups = new List<RowGroupPlan>(file.RowGroups.Count);
        long firstRow = 0;
        for (int index = 0; index < file.RowGroups.Count; index++)
        {
            IRowGroup group = file.RowGroups[index];
            if (group.RowCount > 0 && PlanGroup(file, index, firstRow, columns) is { } plan) groups.Add(plan);
            firstRow += group.RowCount;
        }

        return groups;
    }

    // Null if the statistics say that no row of the group is wanted.
    private RowGroupPlan? PlanGroup(IHistoryFile file, int index, long firstRow, TickColumns columns)
    {
        IRowGroup group = file.RowGroups[index];
        if (columns.Order is not { } order)
        {
            long day = TradeDate.DaysSince1970(columns.PartitionDate!.Value) * EventTime.MicrosPerDay;
            return reading.Filter.HoldsTime(day) ? new RowGroupPlan(index, firstRow, group.RowCount, day, IsSorted: true) : null;
        }

        if (TryGetRange(group, order, out long min, out long max))
        {
            bool isWanted = max >= reading.Filter.FromMicros && min < reading.Filter.ToMicros;
            return isWanted ? new RowGroupPlan(index, firstRow, group.RowCount, min, IsSorted: null) : null;
        }

        using IRowPass pass = file.Open(new RowGroupPlan(index, firstRow, group.RowCount, long.MinValue, IsSorted: null));
        TimeScan scan = TimeScan.Of(pass, columns, reading);
        // A group in which no row has a usable time still has its rows counted as refused: it is read at once.
        long start = scan.MinMicros == long.MaxValue ? long.MinValue : scan.MinMicros;
        return new RowGroupPlan(index, firstRow, group.RowCount, start, scan.IsSorted);
    }

    // A plain integer's unit follows from its size, so that its order is the times' order only where both ends have one unit.
    private static bool TryGetRange(IRowGroup group, ParquetColumn order, out long min, out long max)
    {
        min = max = 0;
        if (ColumnTypes.IsText(order) || !group.TryGetRange(order, out long rawMin, out long rawMax)) return false;
        if (ColumnTypes.IsPlainInteger(order) && EventTime.UnitOf(rawMin) != EventTime.UnitOf(rawMax)) return false;
        min = EventTime.FromRaw(order, rawMin);
        max = EventTime.FromRaw(order, rawMax);
        return true;
    }
}
