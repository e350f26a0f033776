using System.Runtime.CompilerServices;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Querying;

/// <summary>Reads <c>avg_1min</c> back from the lake, by listing it as any other reader does.</summary>
public sealed class LakeReader(IObjectStore lake)
{
    /// <summary>Rows are put under the date that their first tick carries; it lies within so many days of the UTC day.</summary>
    private const int MaxDateOffsetDays = 2;

    private readonly List<string> _unreadable = [];

    /// <summary>Objects whose rows are missing in the newest or latest rows that were read, each with the reason.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>The newest rows by window end, then ticker. Reads no more days than it needs.</summary>
    public async Task<IReadOnlyList<AvgRow>> NewestAsync(string? ticker, DateOnly? date, int limit, CancellationToken cancellation)
    {
        var rows = new List<AvgRow>();
        foreach (IGrouping<DateOnly, BarKey> day in (await KeysAsync(ticker, date, cancellation)).GroupBy(key => key.TradeDate).OrderByDescending(day => day.Key))
        {
            if (rows.Count >= limit && IsOlder(day.Key, Newest(rows, limit)[^1])) break;
            foreach (BarKey key in day) rows.AddRange(await TryRowsAsync(key, cancellation));
            rows = Newest(rows, limit);
        }

        return [.. rows.Select(row => row.Apart())];
    }

    /// <summary>The newest row of each ticker, by ticker.</summary>
    public async Task<IReadOnlyList<AvgRow>> LatestAsync(string? ticker, DateOnly? date, CancellationToken cancellation)
    {
        var latest = new List<AvgRow>();
        foreach (IGrouping<string, BarKey> keys in (await KeysAsync(ticker, date, cancellation)).GroupBy(key => key.Ticker))
        {
            AvgRow? newest = null;
            foreach (BarKey key in keys.OrderByDescending(key => key.TradeDate))
            {
                if (newest is not null && IsOlder(key.TradeDate, newest)) break;
                foreach (AvgRow row in await TryRowsAsync(key, cancellation))
                {
                    if (newest is null || row.Bar.WindowStartMicros > newest.Bar.WindowStartMicros) newest = row;
                }
            }

            if (newest is not null) latest.Add(newest.Apart());
        }

        return [.. latest.OrderBy(row => row.Ticker, StringComparer.Ordinal)];
    }

    /// <summary>All rows, object by object.</summary>
    /// <exception cref="ParquetException">An object cannot be read.</exception>
    public async IAsyncEnumerable<AvgRow> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (BarKey key in await KeysAsync(null, null, cancellation))
        {
            foreach (AvgRow row in await RowsAsync(key, cancellation)) yield return row;
        }
    }

    private static bool IsOlder(DateOnly tradeDate, AvgRow row)
        => tradeDate.AddDays(MaxDateOffsetDays) < DateOnly.FromDateTime(IsoTime.ToDateTime(row.Bar.WindowStartMicros));

    private static List<AvgRow> Newest(IEnumerable<AvgRow> rows, int limit)
        => [.. rows.OrderByDescending(row => row.Bar.WindowEndMicros).ThenBy(row => row.Ticker, StringComparer.Ordinal).Take(limit)];

    private async Task<List<BarKey>> KeysAsync(string? ticker, DateOnly? date, CancellationToken cancellation)
    {
        string prefix = LakeLayout.Table + "/" + (ticker is null ? "" : HivePath.Segment("ticker", ticker) + "/");
        var keys = new List<BarKey>();
        await foreach (string key in lake.ListAsync(prefix, cancellation))
        {
            if (LakeLayout.TryParseBars(key, out string name, out DateOnly tradeDate) && (date is null || date == tradeDate))
                keys.Add(new BarKey(key, name, tradeDate));
        }

        return keys;
    }

    /// <summary>Without the rows of an object that cannot be read: the others are right all the same, and whoever reads them is told of it.</summary>
    private async Task<IReadOnlyList<AvgRow>> TryRowsAsync(BarKey key, CancellationToken cancellation)
    {
        try
        {
            return await RowsAsync(key, cancellation);
        }
        catch (ParquetException broken)
        {
            _unreadable.Add($"{lake.Address}/{key.Key}: {broken.Problem}");
            return [];
        }
    }

    private async Task<IReadOnlyList<AvgRow>> RowsAsync(BarKey key, CancellationToken cancellation)
    {
        // An object may be deleted between the listing and here; then it has no rows.
        StoredObject? stored = await lake.GetAsync(key.Key, cancellation);
        if (stored is null) return [];
        Bar[] bars = [.. BarObjectCodec.Read(key.Key, stored.Content).Bars];
        return [.. bars.Select((bar, i) => new AvgRow(key.Ticker, key.TradeDate, bar) { Trend = Trend(bars, i) })];
    }

    private static ArraySegment<Bar> Trend(Bar[] bars, int last)
    {
        int first = Math.Max(0, last + 1 - AvgRow.TrendLength);
        return new ArraySegment<Bar>(bars, first, last + 1 - first);
    }

    private sealed record BarKey(string Key, string Ticker, DateOnly TradeDate);
}
