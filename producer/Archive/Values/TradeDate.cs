using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive.Values;

/// <summary>Column values to trade dates, as days since 1970. A timestamp is a date only at midnight.</summary>
internal static class TradeDate
{
    /// <summary>The row has no date.</summary>
    public const int None = int.MinValue;

    private const long MicrosPerDay = 86_400_000_000;

    /// <param name="isNeeded">A row without a date is refused.</param>
    public static void Convert(ParquetColumn column, ColumnVector from, bool isNeeded, Span<int> days, Span<RowFault> faults)
    {
        for (int row = 0; row < from.Count; row++)
        {
            days[row] = None;
            FaultKind kind = from.IsNull[row] ? (isNeeded ? FaultKind.Missing : FaultKind.None) : Read(column, from, row, out days[row]);
            if (kind != FaultKind.None && faults[row].IsNone) faults[row] = new RowFault(TickField.Date, kind);
        }
    }

    public static int DaysSince1970(DateOnly date) => date.DayNumber - Epoch.DayNumber;

    public static DateOnly ToDate(int days) => Epoch.AddDays(days);

    private static readonly DateOnly Epoch = new(1970, 1, 1);

    private static FaultKind Read(ParquetColumn column, ColumnVector from, int row, out int days)
    {
        days = None;
        long micros;
        if (column.Type == PhysicalType.ByteArray)
        {
            if (!TimeText.TryParseDate(from.Bytes(row), out DateOnly date, out bool hasTimeOfDay)) return FaultKind.NotADate;
            if (hasTimeOfDay) return FaultKind.TimeOfDayInDate;
            micros = DaysSince1970(date) * MicrosPerDay;
        }
        else
        {
            micros = EventTime.FromRaw(column, from.Longs[row]);
        }

        if (micros is < EventTime.MinMicros or > EventTime.MaxMicros) return FaultKind.NotADate;
        (long day, long timeOfDay) = Math.DivRem(micros, MicrosPerDay);
        if (timeOfDay != 0) return FaultKind.TimeOfDayInDate;
        days = (int)day;
        return FaultKind.None;
    }
}
