using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Assignment;

/// <summary>What a worker sees of a shard that is not its own.</summary>
/// <param name="Checkpoint">What stands in the lake; null before anybody has read the shard.</param>
/// <param name="FirstPointer">Without a checkpoint: what the first owner begins with; null while the shard's parents are not read to their end.</param>
/// <param name="Holder">Who owns the shard or is about to; null if it is to be had.</param>
internal sealed record ShardView(Shard Shard, StoredPointer? Checkpoint, CheckpointPointer? FirstPointer, string? Holder)
{
    public bool IsEnded => Checkpoint is { Document.IsEnded: true };

    public bool IsFree => Holder is null && !IsEnded && (Checkpoint is not null || FirstPointer is not null);

    /// <summary>Its owner can be asked for it.</summary>
    public bool CanBeAsked => Holder is not null && Checkpoint?.Document.Lease is { RequestedBy: null };
}
