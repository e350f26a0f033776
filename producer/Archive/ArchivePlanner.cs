using Streaming.Producer.Archive.Csv;
using Streaming.Shared;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Looks at the footers: finds the columns, and the earliest time of every row group, so that the merge can open a group only
/// when it reaches it. Times come from the statistics, or else from a look at the time column.
/// </summary>
internal sealed class ArchivePlanner(ArchiveReading reading, RefusedRows refused)
{
    /// <summary>Rows that show whether a day is one of a ticker's or one of many.</summary>
    private const int MaxBarsLookedAt = 100_000;

    /// <exception cref="UsageException">The user said a ticker, and every file has its own.</exception>
    public IReadOnlyList<ArchiveFile> Plan(IReadOnlyList<InputFile> inputs)
    {
        var files = new List<ArchiveFile>(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            if (TryPlan(inputs[i], i, mayBeDaily: true) is { } file) files.Add(file);
        }

        CorrectMidnights(files);
        if (reading.Hints.Ticker is { } ticker && files.Count > 0 && !files.Exists(file => file.Parts[0].IsTickerGiven))
        {
            throw new UsageException(
                $"--ticker {ticker}: {files[0].Path} has its own tickers, and --ticker is for files that have none. "
                + $"To choose among tickers: --tickers {ticker}");
        }

        return files;
    }

    // The first hour of a history in files of an hour has only midnights: what has times of day in other files has times in all.
    private void CorrectMidnights(List<ArchiveFile> files)
    {
        var timed = files.Where(file => !file.Times.IsDaily).Select(file => file.Times.Time!.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (int i = files.Count - 1; i >= 0; i--)
        {
            if (files[i].Times.MidnightColumn is not { } column || !timed.Contains(column.Name)) continue;
            if (TryPlan(files[i].Input, files[i].Order, mayBeDaily: false) is { } file) files[i] = file;
            else files.RemoveAt(i);
        }
    }

    private ArchiveFile? TryPlan(InputFile input, int order, bool mayBeDaily)
    {
        try
        {
            using IHistoryFile file = input.Open();
            return Plan(input, order, file, mayBeDaily);
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            refused.RefuseFile(input.Path, ReadFaults.Reason(e));
            return null;
        }
    }

    private ArchiveFile Plan(InputFile input, int order, IHistoryFile file, bool mayBeDaily)
    {
        IReadOnlyList<TickColumns> parts = new ColumnResolver(input, file, reading, mayBeDaily).Resolve();
        var groups = new List<RowGroupPlan>(file.RowGroups.Count * parts.Count);
        var planned = new ArchiveFile(input, order, parts, groups);
        // All parts have the same times.
        IEnumerable<RowGroupPlan> timed = file is CsvFile csv ? CsvPlanner.Plan(csv, parts[0], reading) : PlanGroups(file, parts[0]);
        foreach (RowGroupPlan group in timed)
        {
            foreach (TickColumns columns in parts) groups.Add(group with { Place = groups.Count, Columns = columns, File = planned });
        }

        if (parts[0].Times.IsDateNamedTime) CheckOneBarADay(file, planned);
        return planned;
    }

    private IEnumerable<RowGroupPlan> PlanGroups(IHistoryFile file, TickColumns columns)
    {
        long firstRow = 0;
        for (int index = 0; index < file.RowGroups.Count; index++)
        {
            long rows = file.RowGroups[index].RowCount;
            if (rows > 0 && RowGroupStart.Of(file, index, columns, reading) is { } start)
                yield return new RowGroupPlan(index, 0, columns, firstRow, rows, start.MinMicros, start.IsSorted);
            firstRow += rows;
        }
    }

    // A time that was cut to its date is no bar of the day.
    private void CheckOneBarADay(IHistoryFile file, ArchiveFile planned)
    {
        var bars = new HashSet<(string Ticker, int Day)>();
        int rows = 0;
        foreach (RowGroupPlan group in planned.Groups)
        {
            if (rows >= MaxBarsLookedAt) break;
            using var reader = new RowGroupReader(file, group, reading, new RefusedRows(), heldTimes: []);
            RowBatch batch = reading.RentBatch(group.Columns);
            while (rows < MaxBarsLookedAt && reader.Read(batch))
            {
                for (int row = 0; row < batch.Count; row++) bars.Add((batch.TickerOf(row), batch.Days[row]));
                rows += batch.Count;
            }

            reading.ReturnBatch(batch);
        }

        // Repeated rows are data; that most are repeated is not.
        if (rows <= 2 * bars.Count) return;
        TimeColumns times = planned.Times;
        string column = (times.MidnightColumn ?? times.Date)!.Name;
        throw new ParquetException(
            planned.Path,
            $"column {column} holds no time of day, and {rows} rows have {bars.Count} different tickers and dates: their times are lost. "
            + $"Use --column timestamp={column} if midnight is the event time, --column date={column} if these are daily bars.");
    }
}
