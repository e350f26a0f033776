using System.Runtime.CompilerServices;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;

namespace Streaming.Consumer.Querying;

/// <summary>Reads <c>avg_1min</c> back from the lake, by listing it as any other reader does.</summary>
/// <remarks>
/// Which objects hold the newest rows is read from their footers, a small read each: a row's trade date says nothing about its event time
/// (<c>replay --retime now</c>, daily bars).
/// </remarks>
public sealed class LakeReader(IObjectStore lake)
{
    /// <summary>Reads under way at once; a store on S3 answers each in some 30 ms.</summary>
    private const int MaxConcurrentReads = 32;

    /// <summary>Ours have some 1.5 kB. An object with a larger one is read whole.</summary>
    private const int FooterBytes = 4096;

    /// <summary>The order in which a query shows rows: newest first, then by ticker.</summary>
    private static readonly Comparer<DatedKey> NewestFirst = Comparer<DatedKey>.Create((left, right) =>
    {
        int order = right.NewestMicros.CompareTo(left.NewestMicros);
        if (order == 0) order = string.CompareOrdinal(left.Key.Ticker, right.Key.Ticker);
        return order != 0 ? order : right.Key.TradeDate.CompareTo(left.Key.TradeDate);
    });

    // The page keeps one reader and asks again and again.
    private readonly HashSet<string> _unreadable = [];

    /// <summary>Objects whose rows are missing in the newest or latest rows that were read, each with the reason.</summary>
    public IReadOnlyCollection<string> Unreadable => _unreadable;

    /// <summary>The newest rows by window end, then ticker. Reads no more objects than it needs.</summary>
    public async Task<IReadOnlyList<AvgRow>> NewestAsync(string? ticker, DateOnly? date, int limit, CancellationToken cancellation)
    {
        var rows = new List<AvgRow>();
        foreach (DatedKey[] next in (await DatedKeysAsync(ticker, date, cancellation)).Order(NewestFirst).Chunk(MaxConcurrentReads))
        {
            if (rows.Count == limit && NewestFirst.Compare(DatedKey.Of(rows[^1]), next[0]) <= 0) break;
            foreach (IReadOnlyList<AvgRow> read in await Task.WhenAll(next.Select(key => TryRowsAsync(key.Key, cancellation)))) rows.AddRange(read);
            if (rows.Count >= limit) rows = Newest(rows, limit);
        }

        return [.. Newest(rows, limit).Select(row => row.Apart())];
    }

    /// <summary>The newest row of each ticker, by ticker.</summary>
    public async Task<IReadOnlyList<AvgRow>> LatestAsync(string? ticker, DateOnly? date, CancellationToken cancellation)
    {
        var latest = new List<AvgRow>();
        foreach (IGrouping<string, DatedKey>[] next in (await DatedKeysAsync(ticker, date, cancellation)).GroupBy(key => key.Key.Ticker).Chunk(MaxConcurrentReads))
            latest.AddRange((await Task.WhenAll(next.Select(keys => NewestRowAsync(keys.Order(NewestFirst), cancellation)))).OfType<AvgRow>());

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

    /// <summary>The tickers of the table.</summary>
    public async Task<IReadOnlyList<string>> TickersAsync(CancellationToken cancellation)
        => [.. (await KeysAsync(null, null, cancellation)).Select(key => key.Ticker).Distinct()];

    /// <summary>The trade dates of the table, or those of one ticker, in their order.</summary>
    public async Task<IReadOnlyList<DateOnly>> DatesAsync(string? ticker, CancellationToken cancellation)
        => [.. (await KeysAsync(ticker, null, cancellation)).Select(key => key.TradeDate).Distinct().Order()];

    private static List<AvgRow> Newest(IEnumerable<AvgRow> rows, int limit) => [.. rows.OrderBy(DatedKey.Of, NewestFirst).Take(limit)];

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

    private async Task<List<DatedKey>> DatedKeysAsync(string? ticker, DateOnly? date, CancellationToken cancellation)
    {
        var dated = new List<DatedKey>();
        foreach (BarKey[] next in (await KeysAsync(ticker, date, cancellation)).Chunk(MaxConcurrentReads))
        {
            long?[] newest = await Task.WhenAll(next.Select(key => NewestOfAsync(key, cancellation)));
            for (int i = 0; i < next.Length; i++)
            {
                if (newest[i] is { } micros) dated.Add(new DatedKey(micros, next[i]));
            }
        }

        return dated;
    }

    private async Task<AvgRow?> NewestRowAsync(IEnumerable<DatedKey> keys, CancellationToken cancellation)
    {
        // Nearly always the first.
        foreach (DatedKey key in keys)
        {
            if (Newest(await TryRowsAsync(key.Key, cancellation), 1) is [AvgRow newest]) return newest.Apart();
        }

        return null;
    }

    /// <summary>Start of the newest window of an object; null if it has no rows.</summary>
    private async Task<long?> NewestOfAsync(BarKey key, CancellationToken cancellation)
    {
        // An object may be deleted between the listing and here; then it has no rows.
        if (await lake.GetTailAsync(key.Key, FooterBytes, cancellation) is not { } tail) return null;
        if (BarObjectCodec.NewestWindow(key.Key, tail) is { } micros) return micros;
        IReadOnlyList<AvgRow> rows = await TryRowsAsync(key, cancellation);
        return rows.Count == 0 ? null : rows.Max(row => row.Bar.WindowStartMicros);
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
            lock (_unreadable) _unreadable.Add($"{lake.Address}/{key.Key}: {broken.Problem}");
            return [];
        }
    }

    private async Task<IReadOnlyList<AvgRow>> RowsAsync(BarKey key, CancellationToken cancellation)
    {
        // As above.
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

    /// <summary>An object and its newest window.</summary>
    private readonly record struct DatedKey(long NewestMicros, BarKey Key)
    {
        public static DatedKey Of(AvgRow row) => new(row.Bar.WindowStartMicros, new BarKey("", row.Ticker, row.TradeDate));
    }
}
