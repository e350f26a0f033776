using System.Globalization;
using Streaming.Consumer.Flushing;

namespace Streaming.Consumer.Catalog;

/// <summary>A partition of <c>avg_1min</c>: a ticker's trading day.</summary>
public readonly record struct Partition(string Ticker, DateOnly TradeDate)
{
    public string TradeDateText => TradeDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Where its object is: <c>s3://bucket/prefix/avg_1min/ticker=AAPL/trade_date=2024-01-02/</c>.</summary>
    public string LocationIn(string lake)
    {
        string key = LakeLayout.Bars(Ticker, TradeDate);
        return $"{lake.TrimEnd('/')}/{key[..(key.LastIndexOf('/') + 1)]}";
    }

    /// <summary>False for keys that are no rows' objects.</summary>
    public static bool TryParse(string key, out Partition partition)
    {
        bool parsed = LakeLayout.TryParseBars(key, out string ticker, out DateOnly tradeDate);
        partition = new Partition(ticker, tradeDate);
        return parsed;
    }
}
