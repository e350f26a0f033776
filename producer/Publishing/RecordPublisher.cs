using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>Owns which publisher a stream needs: one that keeps order per ticker where single records are refused, else the simple one.</summary>
internal static class RecordPublisher
{
    /// <param name="stream">Null for a dry run.</param>
    public static async Task<IRecordPublisher> OpenAsync(
        IRecordStream? stream, string runId, ReplayProgress progress, TimeProvider time, CancellationToken cancellation)
    {
        if (stream is not { RefusesSingleRecords: true }) return new StreamPublisher(stream, progress);
        // Two producers that are throttled together are to come back apart: the run's id is the seed.
        var jitter = new Random(runId.Aggregate(17, (seed, letter) => unchecked((seed * 31) + letter)));
        return await LanePublisher.OpenAsync(stream, progress, time, jitter, cancellation);
    }
}
