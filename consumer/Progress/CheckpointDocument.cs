using System.Text.Json.Serialization;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Progress;

/// <summary>The checkpoint object of a shard as it is stored. Times are UTC microseconds since 1970.</summary>
/// <param name="IsEnded">The shard was closed and is read to its end: what it still held is for its children.</param>
/// <param name="Ancestors">Shards whose objects this one may go on with.</param>
/// <param name="Problem">For operators: why the owner is not ready, why the last one stopped at this shard, or which objects block rows of it; null if all is well.</param>
/// <param name="DataLosses">How often records were known to be gone and the operator had chosen to go on.</param>
/// <param name="WrittenAt">When the object was last written, by the writer's clock: for people. Nothing is decided by it.</param>
/// <param name="SavedAt">Likewise, when position and windows were last saved; null before the first time.</param>
/// <param name="StartAt">Arrival time at which a shard begins that has no position yet; null for the oldest record.</param>
/// <param name="ReadToTipAt">When the shard was last read to its tip at this very position; null if that is not known.</param>
/// <param name="IsDone">The last owner's run was to end here (<c>--once</c>, <c>--until-idle</c>): that nobody owns the shard is as it should be.</param>
internal sealed record CheckpointDocument(
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
    IReadOnlyList<CheckpointTicker> Tickers,
    bool IsDone = false)
{
    public const int CurrentVersion = 4;

    /// <summary>Up to version 3 sums are texts (<see cref="ExactSumNumbers"/>); version 2 has two numbers more for each window, which are passed over.</summary>
    public const int OldestVersion = 2;
}

/// <summary>Who may read the shard and write this object. It is taken and renewed by compare-and-set only.</summary>
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

/// <param name="Runs">How far its producer runs have come, in the order in which they advanced.</param>
internal sealed record CheckpointTicker(string Ticker, long Watermark, IReadOnlyList<CheckpointWindow> Windows, IReadOnlyList<CheckpointRun> Runs);

internal sealed record CheckpointRun(string Run, long Seq);

/// <summary>A window that may still change. There are many, which stay in memory until the next save.</summary>
internal readonly record struct CheckpointWindow(
    long Start,
    DateOnly TradeDate,
    long TickCount,
    [property: JsonConverter(typeof(CloseSumNumbers))] ExactSum CloseSum,
    double Open,
    double High,
    double Low,
    double LastClose,
    long First,
    long Last,
    [property: JsonConverter(typeof(VolumeSumNumbers))] ExactSum? VolumeSum);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(SequenceNumberText)])]
[JsonSerializable(typeof(CheckpointDocument))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
