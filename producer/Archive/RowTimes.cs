using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Owns the way from a file's time columns to the event time and trade date of each row, batch by batch.</summary>
internal sealed class RowTimes
{
    /// <summary>A trade date may be some days from the event's: weekends, holidays, sessions that begin the evening before.</summary>
    public const int MaxDaysFromDate = 7;

    private readonly ArchiveReading _reading;
    private readonly TimeColumns _columns;
    private readonly IColumnReader? _time;
    private readonly IColumnReader? _date;

    /// <param name="isTimeHeld">Event times are known, and only the dates are read.</param>
    /// <param name="isDateWanted">False for a look at the event times, which takes the date only where they need it.</param>
    public RowTimes(IRowPass pass, TimeColumns columns, ArchiveReading reading, bool isTimeHeld = false, bool isDateWanted = true)
    {
        (_columns, _reading) = (columns, reading);
        if (columns.Time is { } time && !isTimeHeld && !columns.IsDaily) _time = pass.OpenColumn(time);
        if (columns.Date is { } date && (isDateWanted || columns.Form != TimeForm.Instant)) _date = pass.OpenColumn(date);
    }

    /// <summary>Fills the batch's event times, unless they are held, and its dates.</summary>
    public void Read(RowBatch batch, int count)
    {
        Span<long> micros = batch.Micros.AsSpan(0, count);
        Span<RowFault> faults = _reading.Faults.AsSpan(0, count);
        ReadDates(batch, count);
        switch (_columns.Form)
        {
            case TimeForm.Daily:
                CloseSessions(batch.Days.AsSpan(0, count), micros, faults);
                break;
            case TimeForm.DateAndTime when _time is not null:
                TimeOfDay.Convert(_columns.Time!, _reading.Fill(_time, count), _columns.Digits, micros, faults);
                Join(batch.Days.AsSpan(0, count), micros, faults);
                break;
            case TimeForm.Instant when _time is not null:
                ColumnVector times = _reading.Fill(_time, count);
                EventTime.Convert(_columns.Time!, times, _reading.Clocks.Input, _reading.Filter.LatestMicros, micros, faults);
                if (_date is not null && _columns.IsEpochWithDate) CheckAgainst(batch.Days.AsSpan(0, count), micros, faults);
                break;
        }
    }

    private void ReadDates(RowBatch batch, int count)
    {
        if (_columns.FolderDate is { } day) batch.Days.AsSpan(0, count).Fill(TradeDate.DaysSince1970(day));
        if (_date is null) return;
        bool isNeeded = _columns.Form != TimeForm.Instant;
        ColumnVector dates = _reading.Fill(_date, count);
        TradeDate.Convert(_columns.Date!, dates, _reading.Clocks, _columns.DateRule, isNeeded, batch.Days, _reading.Faults);
    }

    private void CloseSessions(ReadOnlySpan<int> days, Span<long> micros, Span<RowFault> faults)
    {
        for (int row = 0; row < days.Length; row++)
        {
            if (!faults[row].IsNone) continue;
            micros[row] = _reading.Clocks.CloseOf(days[row]);
            FaultKind kind = EventTime.Judge(micros[row], _reading.Filter.LatestMicros);
            if (kind != FaultKind.None) faults[row] = new RowFault(TickField.Date, kind);
        }
    }

    private void Join(ReadOnlySpan<int> days, Span<long> micros, Span<RowFault> faults)
    {
        for (int row = 0; row < days.Length; row++)
        {
            if (!faults[row].IsNone) continue;
            FaultKind kind = Moment.OfLocal((days[row] * EventTime.MicrosPerDay) + micros[row], _reading.Clocks.Input, out Moment moment);
            micros[row] = moment.UtcMicros;
            if (kind == FaultKind.None) kind = EventTime.Judge(micros[row], _reading.Filter.LatestMicros);
            if (kind != FaultKind.None) faults[row] = new RowFault(TickField.Timestamp, kind);
        }
    }

    // The vector still has the raw values.
    private void CheckAgainst(ReadOnlySpan<int> days, ReadOnlySpan<long> micros, Span<RowFault> faults)
    {
        ParquetColumn column = _columns.Time!;
        for (int row = 0; row < days.Length; row++)
        {
            if (!faults[row].IsNone || days[row] == TradeDate.None) continue;
            if (Math.Abs(EventTime.FloorDivide(micros[row], EventTime.MicrosPerDay) - days[row]) <= MaxDaysFromDate) continue;
            Moment.Read(column, _reading.Scratch, row, _reading.Clocks.Input, out Moment moment);
            if (moment.Form == MomentForm.Epoch) faults[row] = new RowFault(TickField.Timestamp, FaultKind.FarFromDate, moment.Raw);
        }
    }
}
