using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Looks at values of time columns to find what they are. Statistics and the first rows settle nearly every file: only a column that
/// has midnights so far is read on.
/// </summary>
internal sealed class TimeLook(IHistoryFile file, ArchiveReading reading)
{
    private delegate bool RowLook(ColumnVector values, int row);

    /// <summary>The times, if all of them are somebody's midnight; null if they are not, or there are none.</summary>
    public Midnights? EveryMidnight(ParquetColumn column)
    {
        var midnights = new Midnights(reading.Clocks);
        bool hasRanges = ColumnTypes.IsTimestamp(column) || ColumnTypes.IsPlainInteger(column);
        foreach (IRowGroup group in file.RowGroups)
        {
            if (!hasRanges || !group.TryGetRange(column, out long min, out long max)) continue;
            foreach (long end in (ReadOnlySpan<long>)[min, max])
            {
                if (Moment.OfRaw(column, end, reading.Clocks.Input, out Moment moment) == FaultKind.None) midnights.Add(moment);
            }

            if (!midnights.AreAll) return null;
        }

        midnights = new Midnights(reading.Clocks);
        Read(column, (values, row) => Add(midnights, column, values, row).AreAll);
        return midnights is { AreAll: true, Count: > 0 } ? midnights : null;
    }

    /// <summary>Whose midnight most of the first rows are.</summary>
    public DayRule RuleOf(ParquetColumn column) => column.Logical == LogicalKind.Date ? DayRule.Written : First(column).Best;

    /// <summary>More of the first rows are times of day than whole times: TIME, hh:mm, or numbers that are no epoch near the date.</summary>
    public bool HasTimesOfDay(ParquetColumn time, ParquetColumn? date, DayRule rule, DateOnly? folderDate)
    {
        if (ColumnTypes.IsTimeOfDay(time)) return true;
        if (ColumnTypes.IsTimestamp(time)) return false;
        int[] days = new int[RowBatch.Capacity];
        if (folderDate is { } day) Array.Fill(days, TradeDate.DaysSince1970(day));
        int next = 0, timesOfDay = 0, whole = 0;
        if (date is not null)
        {
            var ignored = new RowFault[RowBatch.Capacity];
            ReadFirst(date, values => TradeDate.Convert(date, values, reading.Clocks, rule, isNeeded: false, days, ignored));
        }

        ReadFirst(time, values =>
        {
            for (int row = 0; row < values.Count; row++)
            {
                long near = days[next++];
                if (values.IsNull[row]) continue;
                FaultKind kind = Moment.Read(time, values, row, reading.Clocks.Input, out Moment moment);
                long daysApart = Math.Abs((moment.UtcMicros / EventTime.MicrosPerDay) - near);
                bool isWhole = kind == FaultKind.None && (moment.Form != MomentForm.Epoch || daysApart <= RowTimes.MaxDaysFromDate);
                if (isWhole) whole++;
                else if (IsTimeOfDay(time, values, row)) timesOfDay++;
            }
        });
        return timesOfDay > whole;
    }

    /// <summary>Digits of the longest number in a column of times of day.</summary>
    public int DigitsOf(ParquetColumn column)
    {
        int digits = 0;
        bool hasRanges = ColumnTypes.IsPlainInteger(column);
        foreach (IRowGroup group in file.RowGroups)
        {
            if (!hasRanges) break;
            hasRanges = group.TryGetRange(column, out _, out long max);
            digits = Math.Max(digits, TimeOfDay.DigitsOf(max));
        }

        if (hasRanges || ColumnTypes.IsTimeOfDay(column)) return digits;
        Read(column, (values, row) =>
        {
            bool isNumber = TimeOfDay.TryNumber(column, values, row, out _, out int length);
            if (isNumber) digits = Math.Max(digits, length);
            return isNumber;
        });
        return digits;
    }

    /// <summary>Too many of the first rows are no times of day, as with seconds since midnight, of which others would pass for hhmmss.</summary>
    public bool AreOtherNumbers(ParquetColumn column, int digits)
    {
        int others = 0, all = 0;
        ReadFirst(column, values =>
        {
            for (int row = 0; row < values.Count; row++)
            {
                if (values.IsNull[row] || !TimeOfDay.TryNumber(column, values, row, out _, out _)) continue;
                all++;
                if (!TimeOfDay.TryRead(column, values, row, digits, out _)) others++;
            }
        });
        return others * 4 > all;
    }

    public bool IsAlwaysMidnight(ParquetColumn timeOfDay, int digits)
    {
        int count = 0;
        bool areAll = true;
        Read(timeOfDay, (values, row) =>
        {
            if (!TimeOfDay.TryRead(timeOfDay, values, row, digits, out long micros)) return true;
            count++;
            return areAll = micros == 0;
        });
        return areAll && count > 0;
    }

    /// <summary>The times of the first rows.</summary>
    public Midnights First(ParquetColumn column)
    {
        var midnights = new Midnights(reading.Clocks);
        ReadFirst(column, values =>
        {
            for (int row = 0; row < values.Count; row++)
            {
                if (!values.IsNull[row]) Add(midnights, column, values, row);
            }
        });
        return midnights;
    }

    private Midnights Add(Midnights midnights, ParquetColumn column, ColumnVector values, int row)
    {
        if (Moment.Read(column, values, row, reading.Clocks.Input, out Moment moment) == FaultKind.None) midnights.Add(moment);
        return midnights;
    }

    // An epoch of seconds has ten digits, one of milliseconds thirteen.
    private static bool IsTimeOfDay(ParquetColumn column, ColumnVector values, int row)
        => TimeOfDay.TryNumber(column, values, row, out _, out int digits)
            ? digits is not (10 or 13)
            : TimeOfDay.TryRead(column, values, row, 0, out _);

    private void ReadFirst(ParquetColumn column, Action<ColumnVector> look)
    {
        for (int group = 0; group < file.RowGroups.Count; group++)
        {
            if (file.RowGroups[group].RowCount == 0) continue;
            using IRowPass pass = file.Open(group);
            IColumnReader reader = pass.OpenColumn(column);
            if (Next(pass) is var rows and > 0) look(reading.Fill(reader, rows));
            return;
        }
    }

    // A row that is broken as a whole has no values, and is refused when it is read.
    private int Next(IRowPass pass)
    {
        reading.Faults.AsSpan().Clear();
        return pass.Next(reading.Faults);
    }

    /// <param name="look">False ends the reading.</param>
    private void Read(ParquetColumn column, RowLook look)
    {
        for (int group = 0; group < file.RowGroups.Count; group++)
        {
            if (file.RowGroups[group].RowCount == 0) continue;
            using IRowPass pass = file.Open(group);
            IColumnReader reader = pass.OpenColumn(column);
            while (Next(pass) is var rows and > 0)
            {
                reading.Cancellation.ThrowIfCancellationRequested();
                ColumnVector values = reading.Fill(reader, rows);
                for (int row = 0; row < rows; row++)
                {
                    if (!values.IsNull[row] && !look(values, row)) return;
                }
            }
        }
    }
}
