using Streaming.Consumer.Flushing;

namespace Streaming.Consumer.Querying;

/// <summary>A row of <c>avg_1min</c> with its partition, as the Athena query shows it.</summary>
public sealed record AvgRow(string Ticker, DateOnly TradeDate, Bar Bar)
{
    /// <summary>Rows in <see cref="Trend"/>.</summary>
    public const int TrendLength = 30;

    /// <summary>The last rows of the same day up to this one; no part of the row itself.</summary>
    internal ArraySegment<Bar> Trend { get; init; } = ArraySegment<Bar>.Empty;

    public bool Equals(AvgRow? other) => other is not null && (Ticker, TradeDate, Bar) == (other.Ticker, other.TradeDate, other.Bar);

    public override int GetHashCode() => HashCode.Combine(Ticker, TradeDate, Bar);

    /// <summary>The same row, without keeping its whole day in memory.</summary>
    internal AvgRow Apart() => this with { Trend = Trend.ToArray() };
}
