using System.Text.Json.Serialization;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Progress;

/// <summary>
/// The small, changing half of a shard's checkpoint: lease, position, totals, and the key of the state that belongs to them. It is changed by
/// compare-and-set only and never deleted. Times are UTC microseconds since 1970.
/// </summary>
/// <param name="State">Key of the state below <c>states/</c>, or <see cref="Empty"/>, <see cref="Inherit"/> or <see cref="Old"/>.</param>
/// <param name="IsEnded">The shard was closed and is read to its end: pointer and state stay as they are, for its children.</param>
/// <param name="Ancestors">Shards whose objects this one may go on with.</param>
/// <param name="Problem">For operators: why the owner is not ready, why the last one stopped at this shard, or which objects block rows of it; null if all is well.</param>
/// <param name="DataLosses">How often records were known to be gone and the operator had chosen to go on.</param>
/// <param name="WrittenAt">When the pointer was last written, by the writer's clock: for people. Nothing is decided by it.</param>
/// <param name="SavedAt">Likewise, when position and state were last saved; null before the first time.</param>
/// <param name="StartAt">Arrival time at which a shard begins that has no position yet; null for the oldest record.</param>
/// <param name="ReadToTipAt">When the shard was last read to its tip at this very position; null if that is not known.</param>
/// <param name="OpenWindows">Windows in the state.</param>
/// <param name="UnwrittenWindows">How many of them are not known to be in their objects with all their ticks.</param>
/// <param name="IsDone">The last owner's run was to end here (<c>--once</c>, <c>--until-idle</c>): no worker owns the shard, as expected.</param>
internal sealed record CheckpointPointer(
    int Version,
    string Application,
    string Shard,
    string Stream,
    string StreamId,
    CheckpointLease Lease,
    bool IsEnded,
    IReadOnlyList<string> Ancestors,
    string? Problem,
    long DataLosses,
    long WrittenAt,
    long? SavedAt,
    long? StartAt,
    SequenceNumber Position,
    long? ReadToTipAt,
    long? ShardTime,
    CheckpointBooks Books,
    bool IsDone = false,
    string State = CheckpointPointer.Old,
    int OpenWindows = 0,
    int UnwrittenWindows = 0)
{
    /// <summary>Of pointer and state.</summary>
    public const int CurrentVersion = 5;

    /// <summary>The shard begins without windows: nothing of it was saved yet.</summary>
    public const string Empty = "empty";

    /// <summary>The shard begins with what its parents' final states hold for it: nothing of its own was saved yet.</summary>
    public const string Inherit = "inherit";

    /// <summary>The state is in the checkpoint of an older version, see <see cref="OldCheckpoints"/>.</summary>
    public const string Old = "old";

    /// <summary>It names a state object of its own.</summary>
    [JsonIgnore]
    public bool HasState => State is not (Empty or Inherit or Old);
}

/// <summary>Who may read the shard and write its pointer. It is taken and renewed by compare-and-set only.</summary>
/// <param name="Owner">A fresh id per process start; null once the shard was let go.</param>
/// <param name="Epoch">One more with every acquisition, also by the same owner.</param>
/// <param name="Counter">One more with every write of the owner: whoever sees it unchanged for <paramref name="DurationMicros"/> may take over.</param>
/// <param name="DurationMicros">By the owner's setting, so that observers with another one do not judge it by theirs.</param>
/// <param name="RequestedBy">A worker with fewer shards that asks for this one; null if none does.</param>
internal sealed record CheckpointLease(string? Owner, long Epoch, long Counter, long DurationMicros, string? RequestedBy);

internal sealed record CheckpointBooks(long Read, long Windowed, long Late, long Quarantined, long Repeated, long Misrouted = 0)
{
    public static CheckpointBooks Of(in Books books)
        => new(books.Read, books.Windowed, books.Late, books.Quarantined, books.Repeated, books.Misrouted);

    public Books ToBooks() => new(Read, Windowed, Late, Quarantined, Repeated) { Misrouted = Misrouted };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(SequenceNumberText)])]
[JsonSerializable(typeof(CheckpointPointer))]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
