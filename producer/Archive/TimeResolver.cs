using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Owns the decision how a file says when its rows happened: names and types say which columns may, their values whether they are dates,
/// times of day or both. A column that the user names as the timestamp has times.
/// </summary>
internal sealed class TimeResolver(InputFile input, IHistoryFile file, ArchiveReading reading, bool mayBeDaily)
{
    private readonly ColumnMap _map = reading.Hints.Columns;
    private readonly TimeLook _look = new(file, reading);

    /// <summary>Null if there is neither a time nor a date.</summary>
    /// <param name="refused">A column that has a fitting name and no fitting type.</param>
    public TimeColumns? Resolve(out UnusableColumn? refused)
    {
        ParquetColumn? date = _map.Find(input.Path, file.Columns, TickField.Date, out UnusableColumn? noDate);
        ParquetColumn? time = _map.Find(input.Path, file.Columns, TickField.Timestamp, out UnusableColumn? noTime);
        DateOnly? folderDate = date is null ? FolderDate() : null;
        refused = noTime ?? noDate;
        DayRule rule = date is null ? DayRule.Written : _look.RuleOf(date);

        if (date is not null || folderDate is not null)
        {
            if (time is null && noTime is not null && ColumnTypes.IsTimeOfDay(noTime.Column)) time = noTime.Column;
            if (time is not null && _look.HasTimesOfDay(time, date, rule, folderDate)) return Joined(time, date, rule, folderDate);
        }

        if (_map.IsGiven(TickField.Timestamp) && time is null) throw new ParquetException(input.Path, Hopeless(noTime!));
        if (time is not null) return Timed(time, date, rule, folderDate);
        if (date is not null) return Dated(date);
        if (folderDate is not null) return new TimeColumns(TimeForm.Daily, null, null, folderDate);
        if (noTime is { Column.Logical: LogicalKind.Date })
            return new TimeColumns(TimeForm.Daily, null, noTime.Column) { IsDateNamedTime = true };
        return Array.Find([.. file.Columns], IsIndex) is { } index ? Dated(index) : null;
    }

    private TimeColumns Joined(ParquetColumn time, ParquetColumn? date, DayRule rule, DateOnly? folderDate)
    {
        int digits = _look.DigitsOf(time);
        if (_look.AreOtherNumbers(time, digits))
        {
            throw new ParquetException(
                input.Path, $"column {time.Name} has numbers that are neither epochs near the date nor times of day (hhmm, hhmmss).");
        }


        if (mayBeDaily && !_map.IsGiven(TickField.Timestamp) && _look.IsAlwaysMidnight(time, digits))
            return new TimeColumns(TimeForm.Daily, null, date, folderDate, rule) { MidnightColumn = time, IsDateNamedTime = true };
        return new TimeColumns(TimeForm.DateAndTime, time, date, folderDate, rule, digits);
    }

    private TimeColumns Timed(ParquetColumn time, ParquetColumn? date, DayRule rule, DateOnly? folderDate)
    {
        if (mayBeDaily && !_map.IsGiven(TickField.Timestamp) && _look.EveryMidnight(time) is { } midnights)
        {
            return new TimeColumns(TimeForm.Daily, null, date ?? time, null, date is null ? midnights.Best : rule)
            {
                MidnightColumn = midnights.AreFewDays ? time : null,
                IsDateNamedTime = true,
            };
        }

        return new TimeColumns(TimeForm.Instant, time, date, folderDate, rule);
    }

    private TimeColumns Dated(ParquetColumn date)
    {
        if (date.Logical == LogicalKind.Date) return new TimeColumns(TimeForm.Daily, null, date);
        Midnights first = _look.First(date);
        bool isSure = _map.IsGiven(TickField.Date);
        if (!isSure && !(mayBeDaily && first.AreMost)) return new TimeColumns(TimeForm.Instant, date, null);
        return new TimeColumns(TimeForm.Daily, null, date, null, first.Best) { MidnightColumn = isSure || !first.AreFewDays ? null : date };
    }

    private DateOnly? FolderDate()
    {
        if (ColumnNames.Folder(input, TickField.Date) is not { } text) return null;
        FaultKind kind = TimeText.Read(System.Text.Encoding.UTF8.GetBytes(text), reading.Clocks.Input, out Moment moment);
        if (kind != FaultKind.None || moment.Form != MomentForm.Date) return null;
        return TradeDate.ToDate((int)(moment.UtcMicros / EventTime.MicrosPerDay));
    }

    // Numbers of rows have the same names.
    private static bool IsIndex(ParquetColumn column)
        => ColumnNames.Index.Contains(column.Name, StringComparer.OrdinalIgnoreCase)
            && (ColumnTypes.IsTimestamp(column) || column.Logical == LogicalKind.Date);

    private static string Hopeless(UnusableColumn column)
        => column.Column.Logical == LogicalKind.Date
            ? $"{column} If these are daily bars, use --column date={column.Column.Name}."
            : column.ToString();
}
