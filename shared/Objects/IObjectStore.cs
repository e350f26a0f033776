namespace Streaming.Shared.Objects;

/// <summary>
/// The object store seam: whole objects under slash-separated keys, written conditionally. S3 on AWS, a folder on one machine.
/// A put is atomic for readers: they see the old object or the new one.
/// </summary>
public interface IObjectStore
{
    /// <summary>The address as a user would type it, for messages: <c>./data/lake</c> or <c>s3://bucket/prefix</c>.</summary>
    string Address { get; }

    /// <summary>Proves that objects can be written and deleted, so that a wrong setting shows at start.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached or written.</exception>
    Task CheckWritableAsync(CancellationToken cancellation);

    /// <summary>The object and its tag, or null if there is none.</summary>
    Task<StoredObject?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>The last <paramref name="count"/> bytes of the object, or all of a smaller one; null if there is none.</summary>
    async Task<ReadOnlyMemory<byte>?> GetTailAsync(string key, int count, CancellationToken cancellation)
        => await GetAsync(key, cancellation) is { Content: var content } ? content[Math.Max(0, content.Length - count)..] : default(ReadOnlyMemory<byte>?);

    /// <summary>
    /// Writes the object if none stands there (<paramref name="expectedTag"/> null) or if the one that stands there has that tag.
    /// Returns the new tag, or null if the condition did not hold and nothing was written.
    /// </summary>
    /// <exception cref="StoreUnavailableException">
    /// The store cannot be reached or written. Whether the object was written may be unknown: read it again.
    /// </exception>
    Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation);

    /// <summary>Keys that begin with <paramref name="prefix"/>, in ordinal order of their UTF-8 bytes.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Deletes the object; no error if there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);
}

/// <param name="Content">The whole object.</param>
/// <param name="Tag">Changes whenever the content changes; opaque.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Content, string Tag);

/// <summary>The store cannot be reached, read or written; a put that threw it may or may not have taken place.</summary>
public sealed class StoreUnavailableException(string message, Exception? cause = null) : UnavailableException(message, cause);
