using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// Owns: rows into their objects, by read, merge and conditional put, and what it remembers of the objects. Does not own: which
/// rows are due, the checkpoint.
/// </summary>
/// <param name="isBackfill">Rows may go into objects of other streams and applications, which stay theirs: a row with more ticks wins there too.</param>
/// <param name="written">Told the key of each object whose rows stand; must return at once.</param>
public sealed class BarWriter(
    IObjectStore store, ObjectOrigin origin, IReadOnlySet<string> ancestors, StoreRetry retry, MemoryBudget budget, bool isBackfill = false, Action<string>? written = null)
{
    /// <summary>Objects under way at once; more would only queue at the store.</summary>
    private const int MaxConcurrentPuts = 16;

    // As bytes, which take a third of what their rows would.
    private readonly Dictionary<string, (StoredObject Object, int Flush)> _known = [];
    private readonly ConcurrentDictionary<string, BlockedObject> _blocked = [];
    private int _flush;
    private long _written;
    private long _conflicts;
    private long _failed;

    public PutFigures Puts => new(Interlocked.Read(ref _written), Interlocked.Read(ref _conflicts), Interlocked.Read(ref _failed));

    /// <summary>Objects that could not be merged with when they were last tried; the next flush tries them again.</summary>
    public IReadOnlyList<BlockedObject> Blocked => _blocked.IsEmpty ? [] : [.. _blocked.Values.OrderBy(blocked => blocked.Key, StringComparer.Ordinal)];

    /// <summary>Writes the due windows of a snapshot. One failed or blocked object does not stop the others; its windows are just not confirmed.</summary>
    public async Task<BarWriteResult> WriteAsync(FlushSnapshot snapshot, CancellationToken cancellation)
    {
        _flush++;
        var result = new BarWriteResult(snapshot.Windows.Count);
        var objects = new ConcurrentQueue<DueObject>(DueByObject(snapshot));

        // Lanes that take from a queue, and no semaphore, which wakes who waits with a token on the thread pool.
        await Task.WhenAll(Enumerable.Range(0, Math.Min(objects.Count, MaxConcurrentPuts)).Select(async _ =>
        {
            while (objects.TryDequeue(out DueObject? due)) await WriteObjectAsync(due, snapshot, result, cancellation);
        }));
        Forget();
        result.Blocked = Blocked;
        return result;
    }

    private static List<DueObject> DueByObject(FlushSnapshot snapshot)
    {
        var objects = new List<DueObject>();
        var ofTicker = new Dictionary<DateOnly, DueObject>();
        ReadOnlySpan<WindowSnapshot> windows = CollectionsMarshal.AsSpan(snapshot.Windows);
        foreach (TickerSnapshot ticker in snapshot.Tickers)
        {
            ofTicker.Clear();
            DueObject? last = null;
            for (int i = ticker.Windows.Start.Value; i < ticker.Windows.End.Value; i++)
            {
                if (!windows[i].IsDue) continue;
                DateOnly date = windows[i].TradeDate;
                // Nearly always that of the window before.
                if (last?.TradeDate != date && !ofTicker.TryGetValue(date, out last))
                {
                    ofTicker.Add(date, last = new DueObject(LakeLayout.Bars(ticker.Name, date), date));
                    objects.Add(last);
                }

                last.Windows.Add(i);
            }
        }

        return objects;
    }

    private async Task WriteObjectAsync(DueObject due, FlushSnapshot snapshot, BarWriteResult result, CancellationToken cancellation)
    {
        Bar[] rows = ArrayPool<Bar>.Shared.Rent(due.Windows.Count);
        ArraySegment<Bar> fresh = BarsOf(due.Windows, snapshot, rows);
        try
        {
            await retry.RunAsync(token => MergeAsync(due.Key, fresh, token), cancellation);
            foreach (int i in due.Windows) result.Confirm(i);
            _blocked.TryRemove(due.Key, out _);
            written?.Invoke(due.Key);
        }
        catch (Exception failure) when (failure is BrokenObjectException or ForeignObjectException)
        {
            _blocked[due.Key] = new BlockedObject(due.Key, failure);
            result.AddBlockedWindows(due.Windows.Count);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LostRaceException)
        {
            result.AddFailure(failure);
        }
        finally
        {
            ArrayPool<Bar>.Shared.Return(rows);
        }
    }

    private static ArraySegment<Bar> BarsOf(List<int> due, FlushSnapshot snapshot, Bar[] rows)
    {
        // Windows of a ticker stand in the snapshot by start, which is the order of rows in the object.
        for (int i = 0; i < due.Count; i++)
        {
            if (i + WindowPrefetch.Ahead < due.Count) WindowPrefetch.Ask(snapshot.Windows[due[i + WindowPrefetch.Ahead]].AsItWas);
            rows[i] = Bar.Of(snapshot.Windows[due[i]].Value);
        }

        return new ArraySegment<Bar>(rows, 0, due.Count);
    }

    private async Task<bool> MergeAsync(string key, IReadOnlyList<Bar> fresh, CancellationToken cancellation)
    {
        StoredObject? standing = Known(key) ?? await store.GetAsync(key, cancellation);
        BarObject? before = standing is null ? null : Read(key, standing);
        IReadOnlyList<Bar>? merged = BarMerge.Merge(before?.Bars ?? [], fresh);
        if (merged is null) return false;

        // Whatever comes of the put, what was read is no longer known to stand.
        lock (_known) _known.Remove(key);
        byte[] content = BarObjectCodec.Write(merged, isBackfill ? before?.Origin ?? origin : origin);
        string tag = await PutAsync(key, content, standing?.Tag, cancellation);
        lock (_known) _known[key] = (new StoredObject(content, tag), _flush);
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

    private StoredObject? Known(string key)
    {
        lock (_known) return _known.TryGetValue(key, out (StoredObject Object, int Flush) known) ? known.Object : null;
    }

    private BarObject Read(string key, StoredObject standing)
    {
        try
        {
            BarObject read = BarObjectCodec.Read(key, standing.Content);
            CheckOrigin(key, read.Origin);
            return read;
        }
        catch (ParquetException broken)
        {
            throw new BrokenObjectException(
                $"{store.Address}/{key} cannot be read ({broken.Problem.TrimEnd('.')}), so that the rows of its ticker and day wait. Restore a good version of it, or "
                + $"move it aside: consumer lake repair --lake {store.Address} --object '{key}'.",
                broken);
        }
    }

    private void CheckOrigin(string key, ObjectOrigin? other)
    {
        if (other is not null && isBackfill) return;
        if (other is not null && (other with { Shard = origin.Shard }) == origin
            && (other.Shard == origin.Shard || ancestors.Contains(other.Shard)))
            return;
        string writer = other is null
            ? "some other program"
            : $"application {other.Application} from shard {other.Shard} of stream {other.Stream} (created as {other.StreamId})";
        throw new ForeignObjectException(
            $"{store.Address}/{key} was written by {writer}, not by application {origin.Application} from shard {origin.Shard} of stream "
            + $"{origin.Stream} (created as {origin.StreamId}), so that the rows of its ticker and day wait. Use another --lake, or move the old "
            + $"{LakeLayout.Table} away; to add history to a table that another application writes, run with --backfill; if it is this object alone: consumer lake repair --foreign --lake {store.Address} --object '{key}'.");
    }

    private void Forget()
    {
        long excess = _known.Values.Sum(known => (long)known.Object.Content.Length) - budget.ObjectBytesPerShard;
        if (excess <= 0) return;
        foreach ((string key, (StoredObject content, int _)) in _known.OrderBy(entry => entry.Value.Flush).ToList())
        {
            if (excess <= 0) return;
            _known.Remove(key);
            excess -= content.Content.Length;
        }
    }
}

/// <summary>An object with windows to write.</summary>
internal sealed record DueObject(string Key, DateOnly TradeDate)
{
    /// <summary>Their places in the snapshot.</summary>
    public List<int> Windows { get; } = [];
}

/// <summary>Which windows of a snapshot are known to stand in their objects, and what failed.</summary>
public sealed class BarWriteResult(int windows)
{
    private readonly bool[] _confirmed = new bool[windows];
    private readonly List<Exception> _failures = [];
    private int _blockedWindows;

    public bool IsConfirmed(int window) => _confirmed[window];

    public IReadOnlyList<Exception> Failures => _failures;

    /// <summary>All objects that are blocked after the write, also those that had no window due.</summary>
    public IReadOnlyList<BlockedObject> Blocked { get; internal set; } = [];

    /// <summary>For operators: what is blocked, else what failed; null if all is well.</summary>
    public string? Problem => BlockedObject.Describe(Blocked) ?? (Failures.Count > 0 ? Failures[0].Message : null);

    /// <summary>Windows that were due and wait for a blocked object.</summary>
    public int BlockedWindows => _blockedWindows;

    internal void AddBlockedWindows(int count) => Interlocked.Add(ref _blockedWindows, count);

    internal void Confirm(int window) => _confirmed[window] = true;

    internal void AddFailure(Exception failure)
    {
        lock (_failures) _failures.Add(failure);
    }
}
