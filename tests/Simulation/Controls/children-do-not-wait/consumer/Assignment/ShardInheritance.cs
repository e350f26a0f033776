using System.Text;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Assignment;

/// <summary>Control: a child begins with whatever its parents have at that moment.</summary>
internal static class ShardInheritance
{
    public static bool MustWaitFor(CheckpointPointer? parent, bool isListed) => false;

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
        ReadToTipAt: null,
        parents.Max(parent => parent.ShardTime),
        new CheckpointBooks(0, 0, 0, 0, 0),
        State: FirstState(isChild: parents.Count > 0));

    public static string FirstState(bool isChild) => isChild ? CheckpointPointer.Inherit : CheckpointPointer.Empty;

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
