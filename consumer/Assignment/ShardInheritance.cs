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
    public static bool MustWaitFor(CheckpointDocument? parent, bool isListed) => isListed && parent is not { IsEnded: true };

    /// <param name="parents">Final checkpoints of the parents; none for a first shard, or where the parents are forgotten.</param>
    /// <param name="lost">Of how many parents the end was never read and is gone.</param>
    /// <param name="startAt">Arrival time at which a first shard begins; null for its oldest record.</param>
    public static CheckpointDocument FirstDocument(Shard shard, ObjectOrigin origin, IReadOnlyList<CheckpointDocument> parents, int lost, long? startAt) => new(
        CheckpointDocument.CurrentVersion,
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
        [.. parents.SelectMany(parent => parent.Tickers).Where(ticker => shard.Owns(HashKey.Of(Encoding.UTF8.GetBytes(ticker.Ticker))))]);
}
