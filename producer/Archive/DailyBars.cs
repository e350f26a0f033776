using Streaming.Producer.Archive.Values;

namespace Streaming.Producer.Archive;

/// <summary>What is said of files that have only dates.</summary>
internal static class DailyBars
{
    /// <param name="isByClock">They take the time at which they are sent.</param>
    public static string Note(string zone, bool isByClock) => isByClock
        ? "daily bars: event time is the time they are sent (--retime now)"
        : $"daily bars: event time is {MarketClocks.CloseHour}:00 {zone} of their date";
}
