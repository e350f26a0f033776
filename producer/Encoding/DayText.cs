using System.Globalization;

namespace Streaming.Producer.Encoding;

/// <summary>A day as <c>yyyy-MM-dd</c>.</summary>
internal static class DayText
{
    private const long MicrosPerDay = 86_400_000_000;
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>Days since 1970 (rounded down), and the microseconds since midnight as the result.</summary>
    public static long SplitDay(long micros, out int daysSince1970)
    {
        (long days, long rest) = Math.DivRem(micros, MicrosPerDay);
        if (rest < 0) (days, rest) = (days - 1, rest + MicrosPerDay);
        daysSince1970 = (int)days;
        return rest;
    }

    public static byte[] Of(int daysSince1970) => Of(DateOnly.FromDayNumber(Epoch + daysSince1970));

    public static byte[] Of(DateOnly date) => System.Text.Encoding.ASCII.GetBytes(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
