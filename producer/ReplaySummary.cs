using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;

namespace Streaming.Producer;

/// <summary>What a replay came to.</summary>
/// <param name="Sent">Records that the stream acknowledged (of a dry run: that would have been sent).</param>
/// <param name="Bytes">JSON in them.</param>
/// <param name="Requests">Puts that brought them there: on Kinesis a ticker has one record in each, so few tickers need many.</param>
/// <param name="FirstEvent">Event time of the first tick sent.</param>
/// <param name="PossiblyRepeated">Records that may stand in the stream twice, because a request whose outcome is unknown was sent again.</param>
/// <param name="TooLarge">Records that no stream takes; they were not sent.</param>
/// <param name="RejectedByReason">Rows, most frequent reason first.</param>
/// <param name="RejectedRows">The first ones, with their place.</param>
/// <param name="IgnoredByReason">Unusable values of rows that were sent without them.</param>
/// <param name="FilesRead">Files of which some part was replayed or could have been.</param>
/// <param name="LeftOut">Files in folders, globs and prefixes that are neither Parquet nor CSV.</param>
/// <param name="LeftOutFiles">The first ones.</param>
/// <param name="Interrupted">Stopped by the caller before its end.</param>
/// <param name="MissingTickers">Of <c>--tickers</c>, those that the input does not have; known only of one that was read to its end.</param>
public sealed record ReplaySummary(
    long Sent,
    long Bytes,
    double Seconds,
    long Requests,
    DateTimeOffset? FirstEvent,
    DateTimeOffset? LastEvent,
    long Throttled,
    long Retried,
    long PossiblyRepeated,
    long TooLarge,
    long Rejected,
    IReadOnlyDictionary<string, long> RejectedByReason,
    IReadOnlyList<RefusedRow> RejectedRows,
    IReadOnlyDictionary<string, long> IgnoredByReason,
    int FilesRead,
    IReadOnlyList<RefusedFile> RefusedFiles,
    int LeftOut,
    IReadOnlyList<string> LeftOutFiles,
    bool Interrupted,
    IReadOnlyList<string> MissingTickers)
{
    /// <summary>Records per second.</summary>
    public double Rate => Seconds > 0 ? Math.Round(Sent / Seconds, 1) : 0;

    internal static ReplaySummary Of(ReplayProgress progress, TickArchive archive, LeftOutFiles leftOut, bool isWhole, bool isInterrupted)
    {
        RefusedRows refused = archive.Refused;
        return new ReplaySummary(
            progress.Sent,
            progress.BytesSent,
            Math.Round(progress.Elapsed.TotalSeconds, 3),
            progress.Requests,
            progress.Sent > 0 ? Time(progress.FirstEventMicros) : null,
            Time(progress.LastEventMicros),
            progress.Throttled,
            progress.Retried,
            progress.PossiblyRepeated,
            progress.TooLarge,
            refused.RowCount,
            refused.ByReason,
            refused.Examples,
            refused.IgnoredByReason,
            archive.ReadableFiles,
            refused.Files,
            leftOut.Count,
            leftOut.Examples,
            isInterrupted,
            isWhole ? archive.MissingTickers : []);
    }

    private static DateTimeOffset? Time(long? micros) => micros is { } value ? EventTime.ToTime(value) : null;
}
