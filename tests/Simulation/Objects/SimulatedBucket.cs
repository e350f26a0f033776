using System.Security.Cryptography;
using Streaming.Shared.Objects;

namespace Streaming.Tests.Simulation.Objects;

/// <summary>The store itself, as a service: what it does, it does at once and as a whole. A tag is a hash of the content, as in S3 and on disk.</summary>
internal sealed class SimulatedBucket
{
    private readonly SortedDictionary<string, StoredObject> _objects = new(Utf8Order.Instance);

    /// <summary>Told of each object that was put, after it stands: what a reader who looks all the time sees. Null content is a delete.</summary>
    public Action<string, ReadOnlyMemory<byte>?> Changed { get; set; } = (_, _) => { };

    public StoredObject? Get(string key) => _objects.GetValueOrDefault(key);

    public string? Put(string key, byte[] content, string? expectedTag)
    {
        if (!PutCondition.Holds(key, Get(key)?.Tag, expectedTag)) return null;
#pragma warning disable CA5351 // S3's tag is an MD5; nothing is protected by it.
        string tag = Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
        _objects[key] = new StoredObject(content, tag);
        Changed(key, content);
        return tag;
    }

    public bool Delete(string key)
    {
        if (!_objects.Remove(key)) return false;
        Changed(key, null);
        return true;
    }

    /// <summary>The next keys after <paramref name="after"/>, as a page of a listing.</summary>
    public List<string> List(string prefix, string? after, int limit)
        => [.. _objects.Keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || Utf8Order.Instance.Compare(key, after) > 0))
            .Take(limit)];
}
