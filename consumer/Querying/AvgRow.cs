using Streaming.Consumer.Flushing;

namespace Streaming.Consumer.Querying;

/// <summary>A row of <c>avg_1min</c> with its partition, as the Athena query shows it.</summary>
public sealed record AvgRow(string Ticker, DateOnly TradeDate, Bar Bar);
