using System.Globalization;
using Streaming.Shared.Objects;

namespace Streaming.Tests.TestKit;

/// <summary>The simple twin of the stores: a dictionary under a lock. Tags count up.</summary>
public sealed class InMemoryObjectStore : IObjectStore
{
    private readonly SortedDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private int _tag;

    public string Address => "memory";

    public Task CheckWritableAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        lock (_objects) return Task.FromResult(_objects.GetValueOrDefault(key));
    }

    /// <summary>Bytes of the object; zero if there is none.</summary>
    public int SizeOf(string key)
    {
        lock (_objects) return _objects.GetValueOrDefault(key)?.Content.Length ?? 0;
    }

    public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
    {
        lock (_objects)
        {
            if (_objects.GetValueOrDefault(key)?.Tag != expectedTag) return Task.FromResult<string?>(null);
            string tag = (++_tag).ToString(CultureInfo.InvariantCulture);
            _objects[key] = new StoredObject(content.ToArray(), tag);
            return Task.FromResult<string?>(tag);
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string[] keys;
        lock (_objects) keys = [.. _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        await Task.CompletedTask;
        foreach (string key in keys) yield return key;
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        lock (_objects) _objects.Remove(key);
        return Task.CompletedTask;
    }
}
