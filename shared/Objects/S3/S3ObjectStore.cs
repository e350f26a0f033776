using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Streaming.Shared.Objects.S3;

/// <summary>
/// Objects of a bucket under a prefix; the tag is S3's ETag. Owns: keys and conditions as S3 wants them, and which answers are a lost
/// condition, a missing object or a failure. Does not own: connections and time limits (<see cref="S3Client"/>), repeats of a failed put (the caller's, from
/// its read on, because only it can merge).
/// </summary>
public sealed class S3ObjectStore(string address, S3Client client) : IObjectStore
{
    /// <summary>An object is read as a whole into memory; ours have some kilobytes to some megabytes.</summary>
    private const long MaxObjectBytes = 1L << 30;

    /// <summary>A key of S3 has at most so many bytes of UTF-8 (Amazon S3 user guide, "Naming Amazon S3 objects").</summary>
    private const int MaxKeyBytes = 1024;

    private readonly S3Address _at = S3Address.Parse(address);

    public string Address { get; } = address;

    // Also that conditions hold: a service that ignores them would lose updates without a word.
    public async Task CheckWritableAsync(CancellationToken cancellation)
    {
        // A part that begins with a dot is no key, so that no listing shows the probe.
        string key = $"{_at.Prefix}.store/probe-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        string? tag = await PutAsync(key, default, condition: null, cancellation);
        bool isConditional = await PutAsync(key, default, request => request.IfNoneMatch = "*", cancellation) is null
            && await PutAsync(key, default, request => request.IfMatch = tag, cancellation) is not null;
        await CallAsync("s3:DeleteObject", key, (s3, token) => s3.DeleteObjectAsync(_at.Bucket, key, token), cancellation);
        if (!isConditional)
            throw new StoreUnavailableException($"{Address}: the service does not heed If-None-Match and If-Match of puts, so that writers would overwrite each other. Use S3 or a service that does.");
    }

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => GetAsync(key, range: null, cancellation);

    public async Task<ReadOnlyMemory<byte>?> GetTailAsync(string key, int count, CancellationToken cancellation)
        // A suffix range; a service that ignores it sends the whole object.
        => await GetAsync(key, new ByteRange($"bytes=-{count}"), cancellation) is { Content: var content } ? content[Math.Max(0, content.Length - count)..] : default(ReadOnlyMemory<byte>?);

    private Task<StoredObject?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        string full = FullKey(key);
        return CallAsync("s3:GetObject", full, async (s3, token) =>
        {
            try
            {
                var request = new GetObjectRequest { BucketName = _at.Bucket, Key = full, ByteRange = range };
                using GetObjectResponse response = await s3.GetObjectAsync(request, token);
                return new StoredObject(await ContentAsync(response, token), response.ETag);
            }
            catch (AmazonS3Exception error) when (S3Failure.IsNoSuchKey(error))
            {
                return null;
            }
        }, cancellation);
    }

    public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
        => PutAsync(FullKey(key), content, request => (request.IfNoneMatch, request.IfMatch) = (expectedTag is null ? "*" : null, expectedTag), cancellation);

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (prefix.Length > 0) ObjectKey.Check(prefix.TrimEnd('/'));
        string? next = null;
        do
        {
            string? token = next;
            ListObjectsV2Response page = await CallAsync("s3:ListBucket", null, (s3, limit) => s3.ListObjectsV2Async(S3Listing.Page(_at.Bucket, _at.Prefix + prefix, token), limit), cancellation);
            foreach (S3Object listed in page.S3Objects ?? [])
            {
                // What is no key of ours was put by others: folder marks, leftovers.
                string key = S3Listing.KeyOf(page, listed)[_at.Prefix.Length..];
                if (key.Split('/').All(ObjectKey.IsSegment)) yield return key;
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        string full = FullKey(key);
        return CallAsync("s3:DeleteObject", full, (s3, token) => s3.DeleteObjectAsync(_at.Bucket, full, token), cancellation);
    }

    private async Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, Action<PutObjectRequest>? condition, CancellationToken cancellation)
    {
        using MemoryStream body = MemoryMarshal.TryGetArray(content, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);

        // In one piece, whose checksum stands before it, not in chunks with one behind: the content is at hand.
        var request = new PutObjectRequest
        {
            BucketName = _at.Bucket,
            Key = key,
            InputStream = body,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            ContentType = "application/octet-stream",
        };
        condition?.Invoke(request);
        try
        {
            PutObjectResponse response = await client.CallOnceAsync((s3, token) => s3.PutObjectAsync(request, token), cancellation);
            return response.ETag;
        }
        catch (AmazonS3Exception error) when (condition is not null && S3Failure.IsConditionFailed(error, request.IfMatch is not null))
        {
            return null;
        }
        catch (Exception error) when (S3Failure.IsOfTheStore(error) && !cancellation.IsCancellationRequested)
        {
            throw S3Failure.Explain(error, Address, _at.Bucket, "s3:PutObject", key);
        }
    }

    private async Task<T> CallAsync<T>(string action, string? resource, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await client.CallAsync(call, cancellation);
        }
        catch (Exception error) when (S3Failure.IsOfTheStore(error) && !cancellation.IsCancellationRequested)
        {
            throw S3Failure.Explain(error, Address, _at.Bucket, action, resource);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ContentAsync(GetObjectResponse response, CancellationToken cancellation)
    {
        if (response.ContentLength > MaxObjectBytes) throw new IOException($"the object has {response.ContentLength} bytes; at most {MaxObjectBytes} are read");
        byte[] content = GC.AllocateUninitializedArray<byte>((int)response.ContentLength);
        await response.ResponseStream.ReadExactlyAsync(content, cancellation);
        // The checksum is compared where the stream ends.
        if (await response.ResponseStream.ReadAsync(new byte[1], cancellation) > 0) throw new IOException("the object is longer than was announced");
        return content;
    }

    private string FullKey(string key)
    {
        ObjectKey.Check(key);
        string full = _at.Prefix + key;
        return System.Text.Encoding.UTF8.GetByteCount(full) <= MaxKeyBytes
            ? full
            : throw new ArgumentException($"'{full}' cannot be an object's key: it has over {MaxKeyBytes} bytes.", nameof(key));
    }
}
