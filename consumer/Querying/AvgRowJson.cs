using System.Text.Json.Serialization;

namespace Streaming.Consumer.Querying;

/// <summary>A row under the names of the table's columns; times are UTC.</summary>
internal sealed record AvgRowJson(
    string Ticker,
    DateOnly TradeDate,
    string WindowStart,
    string WindowEnd,
    double AvgClose,
    double LastClose,
    double Open,
    double High,
    double Low,
    double? Volume,
    long TickCount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AvgRowJson))]
internal sealed partial class AvgRowJsonContext : JsonSerializerContext;
