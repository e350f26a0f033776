namespace Streaming.Producer.Archive.Csv;

/// <summary>
/// Reads the times of a CSV once and cuts its rows into groups for the merge: where times rise over many batches, a group that is streamed; where
/// they fall within a batch, one that is sorted in memory.
/// </summary>
/// <remarks>
/// A file of one ticker after another thus becomes a streamed group for each ticker, with a small sorted one between two. Open groups cost some
/// 65 kB each; rows in sorted ones some 80 bytes, of which the merge holds <see cref="EventTimeMerge.MaxSortedRows"/> at most.
/// </remarks>
internal static class CsvPlanner
{
    /// <summary>Rows of a sorted group: in a file of little disorder the merge holds two of them.</summary>
    private const int MaxSortedGroupRows = 128 * RowBatch.Capacity;

    /// <summary>All rows that come after so many groups are one more, whether they are in order or not.</summary>
    private const int MaxGroups = 32_768;

    public static List<RowGroupPlan> Plan(CsvFile file, TickColumns columns, ArchiveReading reading)
    {
        var groups = new List<RowGroupPlan>();
        using CsvPass pass = file.Open();
        RowGroupPlan? group = null;
        long lastMicros = long.MinValue;
        while (true)
        {
            CsvPlace start = pass.Place;
            pass.RowsLeft = RowBatch.Capacity;
            TimeScan scan = TimeScan.Of(pass, columns, reading);
            long rows = RowBatch.Capacity - pass.RowsLeft;
            if (rows == 0) break;

            bool rises = scan.IsSorted && scan.MinMicros >= lastMicros;
            if (group is not null && (GoesOn(group, scan.IsSorted, rises) || file.IsGzip || groups.Count == MaxGroups))
            {
                group = group with { RowCount = group.RowCount + rows, MinMicros = Math.Min(group.MinMicros, scan.MinMicros), IsSorted = group.IsSorted == true && rises };
                lastMicros = Math.Max(lastMicros, scan.LastMicros);
            }
            else
            {
                if (group is not null) groups.Add(group);
                long firstRow = (group?.FirstRow ?? 0) + (group?.RowCount ?? 0);
                group = new RowGroupPlan(0, 0, columns, firstRow, rows, scan.MinMicros, scan.IsSorted, new CsvPart(start, rows));
                lastMicros = scan.LastMicros;
            }
        }

        if (group is not null) groups.Add(group);
        return [.. groups.Select(Finish)];
    }

    private static bool GoesOn(RowGroupPlan group, bool isSorted, bool rises)
        => group.IsSorted == true ? rises : !isSorted && group.RowCount < MaxSortedGroupRows;

    // A group in which no row has a usable time still has its rows counted as refused: it is read at once.
    private static RowGroupPlan Finish(RowGroupPlan group) => group with
    {
        MinMicros = group.MinMicros == long.MaxValue ? long.MinValue : group.MinMicros,
        Part = group.Part! with { RowCount = group.RowCount },
    };
}
