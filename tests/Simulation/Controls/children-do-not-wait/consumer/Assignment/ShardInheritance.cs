using System.Text;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Assignment;

/// <summary>Control: a child begins with whatever its parents have at that moment.</summary>
internal static class ShardInheritance
{
    public static bool MustWaitFor(CheckpointPointer? parent, bool isListed) => false;

    /// <param name="parents">Final checkpoints of the parents; none for a first shard, or where the parents are forgotten.</param>
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
        ReadToTipAt: null,
        parents.Max(parent => parent.ShardTime),
        new CheckpointBooks(0, 0, 0, 0, 0),
        [.. parents.SelectMany(parent => parent.Tickers).Where(ticker => shard.Owns(HashKey.Of(Encoding.UTF8.GetBytes(ticker.Ticker))))]);
}
