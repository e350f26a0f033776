using System.Globalization;

namespace Streaming.Producer.Encoding;

/// <summary>A day as <c>yyyy-MM-dd</c>; the last one is remembered, since the next tick is nearly always of the same day.</summary>
internal sealed class DayText
{
    private const long MicrosPerDay = 86_400_000_000;
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    private readonly byte[] _text = new byte[10];
    private int _dayNumber = -1;

    /// <summary>Days since 1970 (rounded down), and the microseconds since midnight as the result.</summary>
    public static long SplitDay(long micros, out int daysSince1970)
    {
        (long days, long rest) = Math.DivRem(micros, MicrosPerDay);
        if (rest < 0) (days, rest) = (days - 1, rest + MicrosPerDay);
        daysSince1970 = (int)days;
        return rest;
    }

    public ReadOnlySpan<byte> Of(int daysSince1970) => OfDayNumber(Epoch.DayNumber + daysSince1970);

    public ReadOnlySpan<byte> Of(DateOnly date) => OfDayNumber(date.DayNumber);

    private ReadOnlySpan<byte> OfDayNumber(int dayNumber)
    {
        if (dayNumber == _dayNumber) return _text;
        DateOnly.FromDayNumber(dayNumber).TryFormat(_text, out _, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        _dayNumber = dayNumber;
        return _text;
    }
}
