using System.Text.Json.Serialization;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Operating;

/// <summary>What stands in a shard's checkpoint, for people and programs. Ages are by the clock of who asks.</summary>
/// <param name="State"><c>owned</c>, <c>silent</c> (its owner gives no sign of life), <c>free</c>, <c>stopped</c> (it has a problem), <c>done</c> (read by a run that ended as it was to), <c>waiting</c> (for its parents), <c>ended</c> or <c>gone</c> (from the stream, ended).</param>
/// <param name="Position">Sequence number of the last record that is safe; null before the first.</param>
/// <param name="EventTime">Highest event time, UTC; null before the first tick.</param>
/// <param name="BehindMs">How far the position is behind the tip; null if the stream was not asked.</param>
/// <param name="CheckpointAgeSeconds">Since position and windows were last saved.</param>
/// <param name="OpenWindows">Windows that may still change.</param>
/// <param name="DataLosses">How often records were known to be gone and the consumer was told to go on.</param>
internal sealed record ShardStatus(
    string Shard,
    string State,
    string? Owner,
    long Epoch,
    string? Position,
    DateTime? EventTime,
    long? BehindMs,
    double? CheckpointAgeSeconds,
    int OpenWindows,
    Books Books,
    long DataLosses,
    string? Problem)
{
    [JsonIgnore]
    public bool IsHealthy => State is "owned" or "waiting" or "ended" or "gone" || (State == "done" && BehindMs is null or 0);

    /// <param name="checkpoint">Null for a shard that was never read.</param>
    /// <param name="isListed">The stream still has the shard.</param>
    /// <param name="isSilent">Its owner gives no sign of life.</param>
    /// <param name="hasOpenParents">A shard without a checkpoint waits for parents that are not read to their end.</param>
    public static ShardStatus Of(string shard, CheckpointPointer? checkpoint, bool isListed, bool isSilent, bool hasOpenParents, DateTimeOffset now)
    {
        if (checkpoint is null)
            return new ShardStatus(shard, hasOpenParents ? "waiting" : "free", null, 0, null, null, null, null, 0, default, 0, null);
        CheckpointLease lease = checkpoint.Lease;
        long nowMicros = IsoTime.ToMicros(now);
        return new ShardStatus(
            shard,
            StateOf(checkpoint, isListed, isSilent),
            lease.Owner,
            lease.Epoch,
            checkpoint.Position == SequenceNumber.None ? null : checkpoint.Position.ToString(),
            checkpoint.ShardTime is { } micros ? IsoTime.ToDateTime(micros) : null,
            BehindMs: null,
            // What was read to its end is not saved again.
            checkpoint.SavedAt is { } saved && !checkpoint.IsEnded ? Math.Round((nowMicros - saved) / 1e6, 3) : null,
            checkpoint.OpenWindows,
            checkpoint.Books.ToBooks(),
            checkpoint.DataLosses,
            checkpoint.Problem);
    }

    private static string StateOf(CheckpointPointer checkpoint, bool isListed, bool isSilent)
    {
        if (checkpoint.IsEnded) return isListed ? "ended" : "gone";
        if (checkpoint.Lease.Owner is null) return checkpoint.Problem is not null ? "stopped" : checkpoint.IsDone ? "done" : "free";
        return isSilent ? "silent" : "owned";
    }
}

/// <summary>The whole application, as <c>consumer status --json</c> prints it.</summary>
/// <param name="Healthy">Every shard is being read, none stopped, and nothing is known to be missing.</param>
/// <param name="Books">Over all shards that ever were.</param>
internal sealed record ApplicationStatus(
    string Application, string Stream, string Lake, bool Healthy, IReadOnlyList<string> Problems, Books Books, IReadOnlyList<ShardStatus> Shards);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ApplicationStatus))]
internal sealed partial class ApplicationStatusJson : JsonSerializerContext;
