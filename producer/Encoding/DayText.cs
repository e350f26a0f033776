using System.Globalization;

namespace Streaming.Producer.Encoding;

/// <summary>A day as <c>yyyy-MM-dd</c>.</summary>
internal static class DayText
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static byte[] Of(int daysSince1970) => Of(DateOnly.FromDayNumber(Epoch + daysSince1970));

    public static byte[] Of(DateOnly date) => System.Text.Encoding.ASCII.GetBytes(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
