using System.Text.Json.Serialization;

namespace Streaming.Consumer.Progress;

/// <summary>The checkpoint object of a shard as it is stored. Times are UTC microseconds since 1970.</summary>
internal sealed record CheckpointDocument(
    int Version,
    string Application,
    string Shard,
    string Stream,
    string StreamId,
    string Position,
    long? ShardTime,
    CheckpointBooks Books,
    IReadOnlyList<CheckpointTicker> Tickers)
{
    public const int CurrentVersion = 1;
}

internal sealed record CheckpointBooks(long Read, long Windowed, long Late, long Quarantined, long Repeated);

/// <param name="Runs">How far its producer runs have come, in the order in which they advanced.</param>
internal sealed record CheckpointTicker(string Ticker, long Watermark, IReadOnlyList<CheckpointWindow> Windows, IReadOnlyList<CheckpointRun> Runs);

internal sealed record CheckpointRun(string Run, long Seq);

/// <summary>A window that may still change. Sums are text, because JSON readers elsewhere lose digits of such integers.</summary>
internal sealed record CheckpointWindow(
    long Start,
    DateOnly TradeDate,
    long TickCount,
    string CloseSum,
    double Open,
    double High,
    double Low,
    double LastClose,
    long First,
    string FirstSequenceNumber,
    long Last,
    string LastSequenceNumber,
    string? VolumeSum);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointDocument))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
