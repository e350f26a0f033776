using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>What is known of a row group's times before it is read.</summary>
/// <param name="MinMicros">No usable row is earlier.</param>
/// <param name="IsSorted">Null if its times have not been looked at yet.</param>
internal readonly record struct RowGroupStart(long MinMicros, bool? IsSorted)
{
    /// <summary>Between a zone's clock and UTC, or where clocks change, bounds move by less.</summary>
    private const long DayMicros = EventTime.MicrosPerDay;

    /// <summary>Null if the statistics say that no row of the group is wanted.</summary>
    public static RowGroupStart? Of(IHistoryFile file, int index, TickColumns columns, ArchiveReading reading)
    {
        IRowGroup group = file.RowGroups[index];
        if (TryGetRange(group, columns.Times, reading, out long min, out long max))
        {
            bool isWanted = max >= reading.Filter.FromMicros && min < reading.Filter.ToMicros;
            return isWanted ? new RowGroupStart(min, columns.Times is { IsDaily: true, Date: null } ? true : null) : null;
        }

        using IRowPass pass = file.Open(index);
        TimeScan scan = TimeScan.Of(pass, columns, reading);
        // A group in which no row has a usable time still has its rows counted as refused: it is read at once.
        return new RowGroupStart(scan.MinMicros == long.MaxValue ? long.MinValue : scan.MinMicros, scan.IsSorted);
    }

    private static bool TryGetRange(IRowGroup group, TimeColumns times, ArchiveReading reading, out long min, out long max)
    {
        min = max = 0;
        switch (times.Form)
        {
            case TimeForm.Instant:
                if (!TryGetEnds(group, times.Time!, reading, out Moment first, out Moment last)) return false;
                long slack = first.Form == MomentForm.Local && !reading.Clocks.Input.IsUtc ? DayMicros : 0;
                min = Math.Max(first.UtcMicros, EventTime.MinMicros) - slack;
                max = Math.Min(last.UtcMicros, EventTime.MaxMicros) + slack;
                return true;
            case TimeForm.Daily when TryGetDays(group, times, reading, out long firstDay, out long lastDay):
                (min, max) = (reading.Clocks.CloseOf(firstDay), reading.Clocks.CloseOf(lastDay));
                return true;
            case TimeForm.DateAndTime when TryGetDays(group, times, reading, out long firstDay, out long lastDay):
                (min, max) = ((firstDay - 1) * DayMicros, (lastDay + 2) * DayMicros);
                return true;
            default:
                return false;
        }
    }

    private static bool TryGetDays(IRowGroup group, TimeColumns times, ArchiveReading reading, out long first, out long last)
    {
        first = last = times.FolderDate is { } day ? TradeDate.DaysSince1970(day) : 0;
        if (times.Date is null) return true;
        if (!TryGetEnds(group, times.Date, reading, out Moment min, out Moment max)) return false;
        first = Day(min);
        last = Day(max);
        return true;

        long Day(in Moment moment)
        {
            long micros = reading.Clocks.Shown(moment, moment.Form == MomentForm.Date ? DayRule.Written : times.DateRule);
            return EventTime.FloorDivide(Math.Clamp(micros, EventTime.MinMicros, EventTime.MaxMicros), DayMicros);
        }
    }

    // A plain integer's form and unit follow from its size, so that its order is the times' order only where both ends have one.
    private static bool TryGetEnds(IRowGroup group, ParquetColumn column, ArchiveReading reading, out Moment first, out Moment last)
    {
        first = last = default;
        bool isInteger = ColumnTypes.IsPlainInteger(column);
        if (!isInteger && !ColumnTypes.IsTimestamp(column) && column.Logical != LogicalKind.Date) return false;
        if (!group.TryGetRange(column, out long min, out long max)) return false;
        FaultKind atMin = Moment.OfRaw(column, min, reading.Clocks.Input, out first);
        FaultKind atMax = Moment.OfRaw(column, max, reading.Clocks.Input, out last);
        if (!isInteger) return true;
        if (atMin != FaultKind.None || atMax != FaultKind.None) return false;
        return first.Form == last.Form && (first.Form != MomentForm.Epoch || Epoch.UnitOf(min) == Epoch.UnitOf(max));
    }
}
