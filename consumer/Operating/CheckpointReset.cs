using Streaming.Consumer.Assignment;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Operating;

/// <summary>
/// Rewinds shards: position, windows and books begin anew. A worker that owns one finds out at its next write and goes on from there.
/// Rows stay: what is read again replaces a row only where it has more ticks. States stay too: the next owner deletes them after its claim.
/// </summary>
/// <param name="shards">As the stream lists them.</param>
internal sealed class CheckpointReset(CheckpointStore checkpoints, IReadOnlyList<Shard> shards, TimeProvider time)
{
    /// <param name="startAt">Arrival time at which the shard begins again, UTC microseconds; null for its start.</param>
    public Task<ResetOutcome> ResetAsync(string shard, long? startAt, CancellationToken cancellation) => checkpoints.Retry.RunAsync(
        async token =>
        {
            if (await FindAsync(shard, token) is not { } stored) return ResetOutcome.NoCheckpoint;
            CheckpointPointer before = stored.Document;
            // Its children began, or will begin, with its final state, and write into its objects since. One that the stream lists as open has none.
            if (before.IsEnded && !shards.Any(listed => listed.Id == shard && !listed.IsClosed)) return ResetOutcome.Ended;
            // From the start every window is rebuilt whole. From a later time those of before are not: their ticks must be in the table.
            if (startAt is not null && (before.UnwrittenWindows > 0 || before.State == CheckpointPointer.Inherit)) return ResetOutcome.Unwritten;
            var reset = before with
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
                State = ShardInheritance.FirstState(isChild: startAt is null && before.Ancestors.Count > 0),
                OpenWindows = 0,
                UnwrittenWindows = 0,
            };
            return await checkpoints.PutAsync(reset, stored.Tag, token) is null ? throw new LostRaceException(shard) : ResetOutcome.Reset;
        },
        cancellation);

    private async Task<StoredPointer?> FindAsync(string shard, CancellationToken cancellation)
        => await checkpoints.ReadAsync(shard, cancellation)
            ?? (await checkpoints.Old.FindAsync(shard, cancellation) is { } old ? await checkpoints.Old.MoveAsync(old, cancellation) : null);
}

internal enum ResetOutcome
{
    Reset,

    /// <summary>The shard was never read.</summary>
    NoCheckpoint,

    /// <summary>Refused: the shard is read to its end, and its children begin with its final state.</summary>
    Ended,

    /// <summary>Refused: ticks from before the given time would be lost, because they are not in the table yet.</summary>
    Unwritten,
}
