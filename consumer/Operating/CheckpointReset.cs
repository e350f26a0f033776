using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Operating;

/// <summary>
/// Rewinds shards: position, windows and books begin anew. A worker that owns one finds out at its next write and goes on from there.
/// Rows stay: what is read again replaces a row only where it has more ticks.
/// </summary>
internal static class CheckpointReset
{
    /// <param name="startAt">Arrival time at which the shard begins again, UTC microseconds; null for its oldest record.</param>
    /// <returns>False if the shard has no checkpoint.</returns>
    public static async Task<bool> ResetAsync(
        CheckpointStore checkpoints, string shard, long? startAt, TimeProvider time, CancellationToken cancellation)
        => await checkpoints.Retry.RunAsync(
            async token =>
            {
                if (await checkpoints.ReadAsync(shard, token) is not { } stored) return false;
                CheckpointDocument before = stored.Document;
                CheckpointDocument reset = before with
                {
                    // One epoch on, so that an owner knows that it is not its own any more.
                    Lease = new CheckpointLease(Owner: null, before.Lease.Epoch + 1, before.Lease.Counter + 1, before.Lease.DurationMicros, RequestedBy: null),
                    IsEnded = false,
                    IsDone = false,
                    Problem = null,
                    DataLosses = 0,
                    WrittenAt = IsoTime.ToMicros(time.GetUtcNow()),
                    SavedAt = null,
                    StartAt = startAt,
                    Position = SequenceNumber.None,
                    ReadToTipAt = null,
                    ShardTime = null,
                    Books = new CheckpointBooks(0, 0, 0, 0, 0),
                    Tickers = [],
                };
                if (await checkpoints.PutAsync(reset, stored.Tag, token) is null) throw new LostRaceException(shard);
                return true;
            },
            cancellation);
}
