using System.Collections.Concurrent;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// Owns: rows into their objects, by read, merge and conditional put, and what it remembers of the objects. Does not own: which
/// rows are due, the checkpoint.
/// </summary>
/// <param name="written">Told the key of each object whose rows stand; must return at once.</param>
public sealed class BarWriter(IObjectStore store, ObjectOrigin origin, IReadOnlySet<string> ancestors, StoreRetry retry, Action<string>? written = null)
{
    /// <summary>Objects under way at once; more would only queue at the store.</summary>
    private const int MaxConcurrentPuts = 16;

    /// <summary>Rows remembered, at some 80 bytes: enough for 5,000 tickers' trading day. Beyond it, objects of other flushes are forgotten.</summary>
    private const int MaxCachedRows = 2_000_000;

    private readonly Dictionary<string, CachedObject> _cache = [];
    private int _flush;
    private long _written;
    private long _conflicts;
    private long _failed;

    public PutFigures Puts => new(Interlocked.Read(ref _written), Interlocked.Read(ref _conflicts), Interlocked.Read(ref _failed));

    /// <summary>Writes the due windows of a snapshot. One failed object does not stop the others; its windows are just not confirmed.</summary>
    /// <exception cref="ForeignObjectException">An object of another stream, application or unrelated shard is in the way.</exception>
    public async Task<BarWriteResult> WriteAsync(FlushSnapshot snapshot, CancellationToken cancellation)
    {
        _flush++;
        var result = new BarWriteResult(snapshot.Windows.Count);
        // Not by the object's key, whose text would be made for each window.
        var objects = new ConcurrentQueue<IGrouping<(TickerState Ticker, DateOnly TradeDate), int>>(Enumerable.Range(0, snapshot.Windows.Count)
            .Where(i => snapshot.Windows[i].IsDue)
            .GroupBy(i => (snapshot.Windows[i].Window.Ticker, snapshot.Windows[i].Value.TradeDate)));

        // Lanes that take from a queue, and no semaphore, which wakes who waits with a token on the thread pool.
        await Task.WhenAll(Enumerable.Range(0, Math.Min(objects.Count, MaxConcurrentPuts)).Select(async _ =>
        {
            while (objects.TryDequeue(out IGrouping<(TickerState Ticker, DateOnly TradeDate), int>? due))
                await WriteObjectAsync(LakeLayout.Bars(due.Key.Ticker.Name, due.Key.TradeDate), due, snapshot, result, cancellation);
        }));
        Forget();
        return result;
    }

    private async Task WriteObjectAsync(
        string key, IEnumerable<int> due, FlushSnapshot snapshot, BarWriteResult result, CancellationToken cancellation)
    {
        // Windows of a ticker stand in the snapshot by start, which is the order of rows in the object.
        Bar[] fresh = [.. due.Select(i => Bar.Of(snapshot.Windows[i].Value))];
        try
        {
            await retry.RunAsync(token => MergeAsync(key, fresh, token), cancellation);
            foreach (int i in due) result.Confirm(i);
            written?.Invoke(key);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LostRaceException)
        {
            result.AddFailure(failure);
        }
    }

    private async Task<bool> MergeAsync(string key, IReadOnlyList<Bar> fresh, CancellationToken cancellation)
    {
        CachedObject standing = await StandingAsync(key, cancellation);
        IReadOnlyList<Bar>? merged = BarMerge.Merge(standing.Bars, fresh);
        if (merged is null) return false;

        // Whatever comes of the put, what was read is no longer known to stand.
        lock (_cache) _cache.Remove(key);
        string tag = await PutAsync(key, BarObjectCodec.Write(merged, origin), standing.Tag, cancellation);
        lock (_cache) _cache[key] = new CachedObject(tag, merged, _flush);
        return true;
    }

    private async Task<string> PutAsync(string key, byte[] content, string? standing, CancellationToken cancellation)
    {
        string? tag;
        try
        {
            tag = await store.PutAsync(key, content, standing, cancellation);
        }
        catch (StoreUnavailableException)
        {
            Interlocked.Increment(ref _failed);
            throw;
        }

        Interlocked.Increment(ref tag is null ? ref _conflicts : ref _written);
        return tag ?? throw new LostRaceException(key);
    }

    private async Task<CachedObject> StandingAsync(string key, CancellationToken cancellation)
    {
        lock (_cache)
        {
            if (_cache.TryGetValue(key, out CachedObject? cached)) return cached;
        }

        StoredObject? stored = await store.GetAsync(key, cancellation);
        if (stored is null) return new CachedObject(null, [], _flush);
        BarObject read = BarObjectCodec.Read(key, stored.Content);
        CheckOrigin(key, read.Origin);
        return new CachedObject(stored.Tag, read.Bars, _flush);
    }

    private void CheckOrigin(string key, ObjectOrigin? other)
    {
        if (other is not null && (other with { Shard = origin.Shard }) == origin
            && (other.Shard == origin.Shard || ancestors.Contains(other.Shard)))
            return;
        string writer = other is null
            ? "some other program"
            : $"application {other.Application} from shard {other.Shard} of stream {other.Stream} (created as {other.StreamId})";
        throw new ForeignObjectException(
            $"{store.Address}/{key} was written by {writer}, not by application {origin.Application} from shard {origin.Shard} of stream "
            + $"{origin.Stream} (created as {origin.StreamId}). Use another --lake, or move the old {LakeLayout.Table} away.");
    }

    private void Forget()
    {
        if (_cache.Values.Sum(cached => (long)cached.Bars.Count) <= MaxCachedRows) return;
        foreach (string key in _cache.Where(entry => entry.Value.Flush != _flush).Select(entry => entry.Key).ToList()) _cache.Remove(key);
    }

    /// <param name="Tag">Null if no object stands there.</param>
    /// <param name="Flush">The flush that put it last.</param>
    private sealed record CachedObject(string? Tag, IReadOnlyList<Bar> Bars, int Flush);
}

/// <summary>Which windows of a snapshot are known to stand in their objects, and what failed.</summary>
public sealed class BarWriteResult(int windows)
{
    private readonly bool[] _confirmed = new bool[windows];
    private readonly List<Exception> _failures = [];

    public bool IsConfirmed(int window) => _confirmed[window];

    public IReadOnlyList<Exception> Failures => _failures;

    internal void Confirm(int window) => _confirmed[window] = true;

    internal void AddFailure(Exception failure)
    {
        lock (_failures) _failures.Add(failure);
    }
}
