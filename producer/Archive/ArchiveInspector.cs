using Streaming.Producer.Archive.Values;

namespace Streaming.Producer.Archive;

/// <summary>Reads whole files to say what a replay would make of them.</summary>
internal sealed class ArchiveInspector(ColumnMap map, TimeProvider time)
{
    private const int TickersShown = 20;

    public FileInspection Inspect(InputFile input, CancellationToken cancellation)
    {
        var inspection = new FileInspection(input.Path);
        try
        {
            using IHistoryFile file = input.Open();
            inspection = inspection with { RowGroups = file.RowGroups.Count, Columns = Describe(file, null) };
            TickColumns columns = TickColumns.Resolve(input, file.Columns, map);
            var reading = new ArchiveReading(RowFilter.All(time), cancellation);
            return ReadAll(input, file, columns, reading, inspection with { Columns = Describe(file, columns), IsDaily = columns.IsDaily });
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            return inspection with { Error = ReadFaults.Reason(e) };
        }
    }

    private static FileInspection ReadAll(
        InputFile input, IHistoryFile file, TickColumns columns, ArchiveReading reading, FileInspection inspection)
    {
        var refused = new RefusedRows();
        var tickers = new SortedSet<string>(StringComparer.Ordinal);
        RowBatch batch = reading.RentBatch(columns);
        long usable = 0;
        long min = long.MaxValue;
        long max = long.MinValue;
        long firstRow = 0;
        for (int index = 0; index < file.RowGroups.Count; index++)
        {
            var group = new RowGroupPlan(index, firstRow, file.RowGroups[index].RowCount, long.MinValue, IsSorted: null) { File = new ArchiveFile(input, 0, columns, []) };
            using var reader = new RowGroupReader(file, group, reading, refused, heldTimes: []);
            while (reader.Read(batch))
            {
                for (int row = 0; row < batch.Count; row++)
                {
                    tickers.Add(batch.TickerOf(row));
                    min = Math.Min(min, batch.Micros[row]);
                    max = Math.Max(max, batch.Micros[row]);
                }

                usable += batch.Count;
            }

            firstRow += reader.RowsRead;
        }

        return inspection with
        {
            Rows = firstRow,
            UsableRows = usable,
            TickerCount = tickers.Count,
            Tickers = [.. tickers.Take(TickersShown)],
            First = usable > 0 ? EventTime.ToTime(min) : null,
            Last = usable > 0 ? EventTime.ToTime(max) : null,
            BadRows = refused.RowCount,
            BadRowsByReason = refused.ByReason.ToDictionary(reason => reason.Key, reason => reason.Value),
            FirstBadRows = refused.Examples,
        };
    }

    private static InspectedColumn[] Describe(IHistoryFile file, TickColumns? columns)
        => [.. file.Columns.Select(column => new InspectedColumn(column.Name, ColumnTypes.Describe(column), columns?.FieldOf(column)))];
}
