using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Values;

/// <summary>Column values to trade dates, as days since 1970. A time is a date only at midnight.</summary>
internal static class TradeDate
{
    /// <summary>The row has no date.</summary>
    public const int None = int.MinValue;

    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <param name="rule">Whose midnight a time must be.</param>
    /// <param name="isNeeded">A row without a date is refused.</param>
    public static void Convert(
        ParquetColumn column, ColumnVector from, MarketClocks clocks, DayRule rule, bool isNeeded, Span<int> days, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            days[row] = None;
            Moment moment = default;
            FaultKind kind = from.IsNull[row] ? FaultKind.Missing : Moment.Read(column, from, row, clocks.Input, out moment);
            DayRule own = moment.Form == MomentForm.Date ? DayRule.Written : rule;
            if (kind == FaultKind.None) kind = ToDay(clocks.Shown(moment, own), out days[row]);
            if (kind == FaultKind.NotATime) kind = FaultKind.NotADate;
            if (kind == FaultKind.Missing && !isNeeded) continue;
            if (kind != FaultKind.None && faults[row].IsNone) faults[row] = new RowFault(TickField.Date, kind, moment.Raw);
        }
    }

    public static int DaysSince1970(DateOnly date) => date.DayNumber - Epoch.DayNumber;

    public static DateOnly ToDate(int days) => Epoch.AddDays(days);

    private static FaultKind ToDay(long micros, out int days)
    {
        days = None;
        if (micros is < EventTime.MinMicros or > EventTime.MaxMicros) return FaultKind.NotADate;
        (long day, long timeOfDay) = Math.DivRem(micros, EventTime.MicrosPerDay);
        if (timeOfDay != 0) return FaultKind.TimeOfDayInDate;
        days = (int)day;
        return FaultKind.None;
    }
}
