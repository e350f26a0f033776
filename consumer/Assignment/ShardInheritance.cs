using System.Text;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Assignment;

/// <summary>What a shard begins with that was never read: nothing, or what its parents kept of the tickers whose hash key it owns.</summary>
internal static class ShardInheritance
{
    /// <summary>A child begins when its parents are read to their end: until then the windows that it inherits may still change.</summary>
    /// <param name="parent">Null if nobody has read it yet.</param>
    /// <param name="isListed">The stream still has the parent.</param>
    public static bool MustWaitFor(CheckpointPointer? parent, bool isListed) => isListed && parent is not { IsEnded: true };

    /// <param name="parents">Final pointers of the parents; none for a first shard, or where the parents are forgotten.</param>
    /// <param name="lost">Of how many parents the end was never read and is gone.</param>
    /// <param name="startAt">Arrival time at which a first shard begins; null for its oldest record.</param>
    public static CheckpointPointer FirstPointer(Shard shard, ObjectOrigin origin, IReadOnlyList<CheckpointPointer> parents, int lost, long? startAt) => new(
        CheckpointPointer.CurrentVersion,
        origin.Application,
        origin.Shard,
        origin.Stream,
        origin.StreamId,
        new CheckpointLease(Owner: null, parents.Select(parent => parent.Lease.Epoch).DefaultIfEmpty(0).Max(), Counter: 0, DurationMicros: 0, RequestedBy: null),
        IsEnded: false,
        [.. parents.SelectMany(parent => parent.Ancestors.Append(parent.Shard)).Distinct()],
        Problem: null,
        DataLosses: lost,
        WrittenAt: 0,
        SavedAt: null,
        // A child of shards that are being read has no record that is older than where they began.
        parents.Count == 0 ? startAt : parents.Min(parent => parent.StartAt),
        SequenceNumber.None,
        // Nothing of a child was trimmed when its parents were read to their end: if it is left alone for long then, something may be.
        ReadToTipAt: lost == 0 && parents.Count > 0 ? parents.Min(parent => parent.WrittenAt) : null,
        parents.Max(parent => parent.ShardTime),
        new CheckpointBooks(0, 0, 0, 0, 0),
        State: FirstState(isChild: parents.Count > 0));

    /// <summary>
    /// What a shard begins with at its start. A child is named its parents and not given their windows: those are read when it begins, from final states,
    /// which stay; so each start at its start begins with the same.
    /// </summary>
    public static string FirstState(bool isChild) => isChild ? CheckpointPointer.Inherit : CheckpointPointer.Empty;

    /// <summary>What the parents' states hold of the tickers whose hash key the shard owns.</summary>
    /// <exception cref="CheckpointRefusedException">A parent's state cannot be used.</exception>
    /// <exception cref="LostRaceException">A parent's pointer changed meanwhile.</exception>
    public static async Task<IReadOnlyList<CheckpointTicker>> LoadAsync(CheckpointStore checkpoints, Shard shard, CancellationToken cancellation)
    {
        var inherited = new List<CheckpointTicker>();
        foreach (string parent in shard.ParentIds)
        {
            // A parent without a pointer is of before this application's time. One that never saved anything left nothing.
            if ((await checkpoints.ReadAsync(parent, cancellation))?.Document is not { State: not (CheckpointPointer.Empty or CheckpointPointer.Inherit) } pointer) continue;
            CheckpointState state = await checkpoints.ReadStateAsync(pointer, cancellation) ?? throw new LostRaceException(parent);
            inherited.AddRange(state.Tickers.Where(ticker => shard.Owns(HashKey.Of(Encoding.UTF8.GetBytes(ticker.Ticker)))));
        }

        return inherited;
    }
}
