using System.Globalization;
using Streaming.Producer.Archive;

namespace Streaming.Producer.Commands;

/// <summary>The summary of a replay for people.</summary>
internal static class SummaryText
{
    public static void Write(TextWriter error, ReplaySummary summary, ProducerOptions options, bool rowsWereShown)
    {
        foreach (RefusedFile file in summary.RefusedFiles) error.WriteLine($"refused file {file}");
        if (LeftOutFiles.Note(summary.LeftOut, summary.LeftOutFiles) is { Length: > 0 } leftOut) error.WriteLine(leftOut);
        if (!rowsWereShown)
        {
            foreach (RefusedRow row in summary.RejectedRows) error.WriteLine($"refused {row}");
            if (summary.Rejected > summary.RejectedRows.Count)
                error.WriteLine($"... and {summary.Rejected - summary.RejectedRows.Count} more rows (all with --verbose)");
        }

        string verb = (summary.Interrupted ? "interrupted, " : "") + (options.DryRun ? "would send" : "sent");
        error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{verb} {summary.Sent} records, {summary.Bytes} bytes in {summary.Seconds:0.0##} s ({summary.Rate:0} records/s, {summary.Requests} requests)"));
        if (summary.FirstEvent is { } first && summary.LastEvent is { } last)
            error.WriteLine($"event time {TimeText(first)} to {TimeText(last)}");
        if (summary.MissingTickers.Count > 0) error.WriteLine($"no tick of {string.Join(", ", summary.MissingTickers)}");
        if (summary.Retried > 0) error.WriteLine($"throttled {summary.Throttled}, retried {summary.Retried}");
        if (summary.PossiblyRepeated > 0) error.WriteLine($"possibly repeated {summary.PossiblyRepeated} (sent again after an unknown outcome; same run and seq)");
        if (summary.TooLarge > 0) error.WriteLine($"too large for a stream, not sent: {summary.TooLarge}");
        foreach ((string reason, long count) in summary.IgnoredByReason) error.WriteLine($"ignored {count} values: {reason}");
        string reasons = string.Join(", ", summary.RejectedByReason.Select(reason => $"{reason.Value} {reason.Key}"));
        error.WriteLine($"rejected {summary.Rejected} rows{(reasons.Length > 0 ? $": {reasons}" : "")}; refused {summary.RefusedFiles.Count} files");
    }

    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
