using System.Text.Json;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.EndToEnd;

/// <summary>The rows that the records of a stream should come to, by grouping them all at once: no state, no lateness, decimals for the sums.</summary>
internal static class BatchOracle
{
    /// <param name="records">In every ticker's order.</param>
    /// <param name="repeated">Records that their producer had put before.</param>
    public static List<OracleRow> Of(IEnumerable<(string Ticker, DateTimeOffset Time, byte[] Data)> records, out long repeated)
    {
        var seen = new HashSet<(string Run, long Seq)>();
        var ticks = new List<(string Ticker, long Micros, decimal Close, double Volume)>();
        repeated = 0;
        foreach ((string ticker, DateTimeOffset time, byte[] data) in records)
        {
            using JsonDocument json = JsonDocument.Parse(data);
            JsonElement record = json.RootElement;
            if (seen.Add((record.GetProperty("run").GetString()!, record.GetProperty("seq").GetInt64())))
                ticks.Add((ticker, IsoTime.ToMicros(time), record.GetProperty("close").GetDecimal(), record.GetProperty("volume").GetDouble()));
            else
                repeated++;
        }

        return [.. ticks.GroupBy(tick => (tick.Ticker, Minute: tick.Micros - (tick.Micros % 60_000_000))).Select(window =>
        {
            long lastMicros = window.Max(tick => tick.Micros);
            double[] last = [.. window.Where(tick => tick.Micros == lastMicros).Select(tick => (double)tick.Close)];
            return new OracleRow(
                window.Key.Ticker, window.Key.Minute, window.Count(), (double)window.Average(tick => tick.Close), last[^1], last.Length, last.Min(), last.Max(),
                (double)window.Min(tick => tick.Close), (double)window.Max(tick => tick.Close), window.Sum(tick => tick.Volume));
        })];
    }
}
