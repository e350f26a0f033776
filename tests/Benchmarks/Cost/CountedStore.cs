using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Cost;

/// <summary>A store that counts requests and bytes by what they are for: the first name of the key, and the part of a checkpoint.</summary>
internal sealed class CountedStore : IObjectStore
{
    private readonly InMemoryObjectStore _store = new();

    public SortedDictionary<string, long> Puts { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Gets { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Deletes { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes put and got.</summary>
    public SortedDictionary<string, long> Bytes { get; } = new(StringComparer.Ordinal);

    public string Address => _store.Address;

    public Task CheckWritableAsync(CancellationToken cancellation) => _store.CheckWritableAsync(cancellation);

    public async Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        Count(Gets, key);
        StoredObject? stored = await _store.GetAsync(key, cancellation);
        Count(Bytes, key, stored?.Content.Length ?? 0);
        return stored;
    }

    public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
    {
        Count(Puts, key);
        Count(Bytes, key, content.Length);
        return _store.PutAsync(key, content, expectedTag, cancellation);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        Count(Deletes, key);
        return _store.DeleteAsync(key, cancellation);
    }

    /// <summary>False: what happens from now on is not counted.</summary>
    public bool IsCounting { get; set; } = true;

    public void Reset()
    {
        foreach (SortedDictionary<string, long> counts in (SortedDictionary<string, long>[])[Puts, Gets, Deletes, Bytes]) counts.Clear();
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) => _store.ListAsync(prefix, cancellation);

    private void Count(SortedDictionary<string, long> counts, string key, long count = 1)
    {
        if (!IsCounting) return;
        string kind = key.Split('/')[0];
        if (kind == "checkpoints") kind += key.EndsWith("/pointer", StringComparison.Ordinal) ? ": pointers" : key.Contains("/states/", StringComparison.Ordinal) ? ": states" : ": others";
        counts[kind] = counts.GetValueOrDefault(kind) + count;
    }
}
