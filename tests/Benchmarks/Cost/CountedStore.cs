using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Cost;

/// <summary>A store that counts its requests by what they are for: the first name of the key.</summary>
internal sealed class CountedStore : IObjectStore
{
    private readonly InMemoryObjectStore _store = new();

    public SortedDictionary<string, long> Puts { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Gets { get; } = new(StringComparer.Ordinal);

    public string Address => _store.Address;

    public Task CheckWritableAsync(CancellationToken cancellation) => _store.CheckWritableAsync(cancellation);

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        Count(Gets, key);
        return _store.GetAsync(key, cancellation);
    }

    public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
    {
        Count(Puts, key);
        return _store.PutAsync(key, content, expectedTag, cancellation);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation) => _store.DeleteAsync(key, cancellation);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) => _store.ListAsync(prefix, cancellation);

    private static void Count(SortedDictionary<string, long> counts, string key)
    {
        string kind = key.Split('/')[0];
        counts[kind] = counts.GetValueOrDefault(kind) + 1;
    }
}
