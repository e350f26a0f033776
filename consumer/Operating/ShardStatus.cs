using System.Text.Json.Serialization;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Operating;

/// <summary>What stands in a shard's checkpoint, for people and programs. Ages are by the clock of who asks.</summary>
/// <param name="State"><c>owned</c>, <c>silent</c> (its owner gives no sign of life), <c>free</c>, <c>stopped</c> (it has a problem), <c>waiting</c> (for its parents), <c>ended</c> or <c>gone</c> (from the stream, ended).</param>
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
    /// <summary>A lease may be late by this many of its durations before its owner counts as silent here: two clocks are compared.</summary>
    private const int SilentAfterLeases = 3;

    [JsonIgnore]
    public bool IsHealthy => State is "owned" or "waiting" or "ended" or "gone";

    /// <param name="checkpoint">Null for a shard that was never read.</param>
    /// <param name="isListed">The stream still has the shard.</param>
    /// <param name="hasOpenParents">A shard without a checkpoint waits for parents that are not read to their end.</param>
    public static ShardStatus Of(string shard, CheckpointDocument? checkpoint, bool isListed, bool hasOpenParents, DateTimeOffset now)
    {
        if (checkpoint is null)
            return new ShardStatus(shard, hasOpenParents ? "waiting" : "free", null, 0, null, null, null, null, 0, default, 0, null);
        CheckpointLease lease = checkpoint.Lease;
        long nowMicros = IsoTime.ToMicros(now);
        return new ShardStatus(
            shard,
            StateOf(checkpoint, isListed, nowMicros),
            lease.Owner,
            lease.Epoch,
            checkpoint.Position == SequenceNumber.None ? null : checkpoint.Position.ToString(),
            checkpoint.ShardTime is { } micros ? IsoTime.ToDateTime(micros) : null,
            BehindMs: null,
            checkpoint.SavedAt is { } saved ? Math.Round((nowMicros - saved) / 1e6, 3) : null,
            checkpoint.Tickers.Sum(ticker => ticker.Windows.Count),
            checkpoint.Books.ToBooks(),
            checkpoint.DataLosses,
            checkpoint.Problem);
    }

    private static string StateOf(CheckpointDocument checkpoint, bool isListed, long nowMicros)
    {
        if (checkpoint.IsEnded) return isListed ? "ended" : "gone";
        if (checkpoint.Lease.Owner is null) return checkpoint.Problem is null ? "free" : "stopped";
        return nowMicros - checkpoint.WrittenAt > checkpoint.Lease.DurationMicros * SilentAfterLeases ? "silent" : "owned";
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
