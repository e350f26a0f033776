using Streaming.Producer.Archive.Values;
using Streaming.Shared;

namespace Streaming.Producer.Archive;

/// <summary>Reads whole files to say what a replay would make of them.</summary>
internal sealed class ArchiveInspector(FileHints hints, TimeProvider time)
{
    private const int TickersShown = 20;

    /// <summary>One for each file, in their order.</summary>
    /// <exception cref="UsageException">The hints do not fit the files.</exception>
    public IEnumerable<FileInspection> Inspect(IReadOnlyList<InputFile> inputs, CancellationToken cancellation)
    {
        var reading = new ArchiveReading(RowFilter.All(time), cancellation, hints);
        var refused = new RefusedRows();
        // Together, because files may tell what others mean.
        var planned = new ArchivePlanner(reading, refused).Plan(inputs).ToDictionary(file => file.Order);
        var reasons = refused.Files.ToDictionary(file => file.File, file => file.Reason, StringComparer.Ordinal);
        for (int order = 0; order < inputs.Count; order++)
        {
            InputFile input = inputs[order];
            yield return planned.TryGetValue(order, out ArchiveFile? file) ? Inspect(file, reading) : Refused(input, reasons[input.Path]);
        }
    }

    private static FileInspection Refused(InputFile input, string reason)
    {
        var inspection = new FileInspection(input.Path) { Error = reason };
        try
        {
            using IHistoryFile file = input.Open();
            return inspection with { Columns = Describe(file, []) };
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            // It has no columns, and the reason says why.
            return inspection;
        }
    }

    private static FileInspection Inspect(ArchiveFile planned, ArchiveReading reading)
    {
        var inspection = new FileInspection(planned.Path);
        try
        {
            IHistoryFile file = planned.Acquire();
            inspection = inspection with
            {
                Rows = planned.Groups.Where(group => group.Columns.Part is null or 0).Sum(group => group.RowCount),
                RowGroups = file.RowGroups.Count,
                Columns = Describe(file, planned.Parts),
                IsDaily = planned.Times.IsDaily,
                Times = Describe(planned.Times, reading.Clocks),
            };
            return ReadAll(file, planned, reading, inspection);
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            return inspection with { Error = ReadFaults.Reason(e) };
        }
        finally
        {
            planned.Release();
        }
    }

    private static FileInspection ReadAll(IHistoryFile file, ArchiveFile planned, ArchiveReading reading, FileInspection inspection)
    {
        var refused = new RefusedRows();
        var tickers = new SortedSet<string>(StringComparer.Ordinal);
        (long usable, long first, long last) = (0, long.MaxValue, long.MinValue);
        (double lowest, double highest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (RowGroupPlan group in planned.Groups)
        {
            RowBatch batch = reading.RentBatch(group.Columns);
            using var reader = new RowGroupReader(file, group, reading, refused, heldTimes: []);
            while (reader.Read(batch))
            {
                for (int row = 0; row < batch.Count; row++)
                {
                    tickers.Add(batch.TickerOf(row));
                    (first, last) = (Math.Min(first, batch.Micros[row]), Math.Max(last, batch.Micros[row]));
                    (lowest, highest) = (Math.Min(lowest, batch.Close[row]), Math.Max(highest, batch.Close[row]));
                }

                usable += batch.Count;
            }

            reading.ReturnBatch(batch);
        }

        return inspection with
        {
            UsableRows = usable,
            TickerCount = tickers.Count,
            Tickers = [.. tickers.Take(TickersShown)],
            First = usable > 0 ? EventTime.ToTime(first) : null,
            Last = usable > 0 ? EventTime.ToTime(last) : null,
            LowestPrice = usable > 0 ? lowest : null,
            HighestPrice = usable > 0 ? highest : null,
            BadRows = refused.RowCount,
            BadRowsByReason = refused.ByReason,
            FirstBadRows = refused.Examples,
            IgnoredByReason = refused.IgnoredByReason,
        };
    }

    private static string Describe(TimeColumns times, MarketClocks clocks) => times.Form switch
    {
        TimeForm.Daily => DailyBars.Note(clocks.Exchange.Name, isByClock: false),
        TimeForm.DateAndTime => $"date and time of day, {clocks.Input.Name}",
        _ => "ticks or intraday bars",
    };

    private static InspectedColumn[] Describe(IHistoryFile file, IReadOnlyList<TickColumns> parts)
        => [.. file.Columns.Select(column => new InspectedColumn(
            column.Name,
            ColumnTypes.Describe(column),
            parts.Select(part => part.FieldOf(column)).FirstOrDefault(field => field is not null)))];
}
