namespace Streaming.Producer.Archive.Values;

/// <summary>
/// Numbers that say a time without a unit: yyyymmdd and longer forms of it, or an epoch whose unit follows from its size. An epoch outside
/// of the years 1971 to 2100 is something else that was put into the column.
/// </summary>
internal static class Epoch
{
    private const long FirstMicros = 31_536_000L * EventTime.MicrosPerSecond;
    private const long EndMicros = 4_133_980_800L * EventTime.MicrosPerSecond;
    private const int NanosPerUnit = 1_000_000_000;

    /// <param name="value">Whole units, rounded down.</param>
    /// <param name="nanos">Billionths of a unit above it; digits finer than a microsecond are cut off.</param>
    public static FaultKind Read(long value, int nanos, ZoneClock input, out Moment moment)
    {
        if (nanos == 0 && TryCalendar(value, out long written, out bool isDate))
        {
            if (isDate)
            {
                moment = Moment.OfDate(written);
                return FaultKind.None;
            }

            return Moment.OfLocal(written, input, out moment);
        }

        long micros = FromEpoch(value) + (nanos == 0 ? 0 : Fraction(value, nanos));
        return OfMicros(micros, value, out moment);
    }

    /// <summary>Fractions of doubles are rounded to the microsecond: the double nearest to a decimal may lie below it.</summary>
    public static FaultKind Read(double value, ZoneClock input, out Moment moment)
    {
        moment = default;
        if (!(Math.Abs(value) < long.MaxValue)) return FaultKind.NotATime;
        long whole = (long)value;
        EpochUnit unit = UnitOf(whole);
        // Doubles do not have all nanoseconds.
        if (whole == value && unit != EpochUnit.Nanos) return Read(whole, 0, input, out moment);
        double micros = unit switch
        {
            EpochUnit.Seconds => value * EventTime.MicrosPerSecond,
            EpochUnit.Millis => value * 1000,
            EpochUnit.Micros => value,
            _ => value / 1000,
        };
        return OfMicros((long)Math.Round(micros), whole, out moment);
    }

    /// <summary>A decimal; what is finer than a billionth is cut off.</summary>
    public static FaultKind Read(Int128 unscaled, int scale, ZoneClock input, out Moment moment)
    {
        moment = default;
        Int128 one = 1;
        for (int i = 0; i < scale; i++) one *= 10;
        (Int128 whole, Int128 rest) = Int128.DivRem(unscaled, one);
        if (rest < 0 || whole < 0 || whole > long.MaxValue) return FaultKind.NotATime;
        return Read((long)whole, (int)(one > NanosPerUnit ? rest / (one / NanosPerUnit) : rest * (NanosPerUnit / one)), input, out moment);
    }

    /// <summary>
    /// An integer of no stated unit: below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds. Seconds
    /// then reach to the year 5138, and the finer units begin in 1973.
    /// </summary>
    public static long FromEpoch(long value) => UnitOf(value) switch
    {
        EpochUnit.Seconds => value * EventTime.MicrosPerSecond,
        EpochUnit.Millis => value * 1000,
        EpochUnit.Micros => value,
        _ => EventTime.FloorDivide(value, 1000),
    };

    public static EpochUnit UnitOf(long value) => Math.Abs(Math.Max(value, -long.MaxValue)) switch
    {
        < 100_000_000_000 => EpochUnit.Seconds,
        < 100_000_000_000_000 => EpochUnit.Millis,
        < 100_000_000_000_000_000 => EpochUnit.Micros,
        _ => EpochUnit.Nanos,
    };

    /// <summary>yyyymmdd, yyyymmddhhmm, yyyymmddhhmmss or yyyymmddhhmmssfff, of the years 1900 to 2100.</summary>
    public static bool TryCalendar(long value, out long micros, out bool isDate)
    {
        micros = 0;
        isDate = value is >= 1900_01_01 and <= 2100_12_31;
        (long day, long timeOfDay, int digits) = value switch
        {
            _ when isDate => (value, 0, 0),
            >= 1900_01_01_00_00 and <= 2100_12_31_23_59 => (value / 10_000, value % 10_000, 4),
            >= 1900_01_01_00_00_00 and <= 2100_12_31_23_59_59 => (value / 1_000_000, value % 1_000_000, 6),
            >= 1900_01_01_00_00_00_000 and <= 2100_12_31_23_59_59_999 => (value / 1_000_000_000, value % 1_000_000_000, 9),
            _ => (0, 0, 0),
        };
        int year = (int)(day / 10_000), month = (int)(day / 100 % 100), dayOfMonth = (int)(day % 100);
        if (day == 0 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month)) return false;
        if (!TimeOfDay.TryDigits(timeOfDay, digits, out micros)) return false;
        micros += TradeDate.DaysSince1970(new DateOnly(year, month, dayOfMonth)) * EventTime.MicrosPerDay;
        return true;
    }

    private static FaultKind OfMicros(long micros, long value, out Moment moment)
    {
        moment = new Moment(micros, micros, MomentForm.Epoch, value);
        return micros is >= FirstMicros and < EndMicros ? FaultKind.None : FaultKind.NotAnEpoch;
    }

    private static long Fraction(long value, int nanos) => UnitOf(value) switch
    {
        EpochUnit.Seconds => nanos / 1000,
        EpochUnit.Millis => nanos / (NanosPerUnit / 1000),
        _ => 0,
    };
}

internal enum EpochUnit
{
    Seconds,
    Millis,
    Micros,
    Nanos,
}
