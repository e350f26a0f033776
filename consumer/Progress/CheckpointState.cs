using System.Text.Json.Serialization;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Progress;

/// <summary>
/// The large, immutable half of a shard's checkpoint: what a restart at a position needs beside it. It is stored once, under a key of its own, and
/// carries the position, so that a pointer with another one is noticed.
/// </summary>
internal sealed record CheckpointState(
    int Version,
    string Application,
    string Shard,
    string Stream,
    string StreamId,
    SequenceNumber Position,
    IReadOnlyList<CheckpointTicker> Tickers)
{
    [JsonIgnore]
    public int OpenWindows => Tickers.Sum(ticker => ticker.Windows.Count);
}

/// <param name="Runs">How far its producer runs have come, in the order in which they advanced.</param>
internal sealed record CheckpointTicker(string Ticker, long Watermark, IReadOnlyList<CheckpointWindow> Windows, IReadOnlyList<CheckpointRun> Runs);

internal sealed record CheckpointRun(string Run, long Seq);

/// <summary>A window that may still change. There are many, which are all in memory while they are written.</summary>
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
