using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using Streaming.Shared.Parquet;

namespace Streaming.Shared.Objects.S3;

/// <summary>An object that is read in parts.</summary>
/// <param name="ETag">Of the version that was listed; another one is not read.</param>
public sealed record S3File(string Bucket, string Key, long Length, string ETag)
{
    /// <summary><c>s3://bucket/key</c></summary>
    public string Address => $"{S3Address.Scheme}{Bucket}/{Key}";
}

/// <summary>
/// Objects read as files: listed with their sizes, opened for ranged reads. Owns what all open files share: the client and the memory for
/// what was read ahead. Does not own which of them are wanted.
/// </summary>
public sealed class S3Files(S3Client client)
{
    private readonly ReadAheadCache _cache = new();

    /// <summary>Objects whose key begins with <paramref name="prefix"/>, in order of their UTF-8 bytes.</summary>
    /// <exception cref="StoreUnavailableException">The bucket cannot be listed.</exception>
    public async IAsyncEnumerable<S3File> ListAsync(string bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            string? token = next;
            ListObjectsV2Response page;
            try
            {
                page = await client.CallAsync((s3, limit) => s3.ListObjectsV2Async(S3Listing.Page(bucket, prefix, token), limit), cancellation);
            }
            catch (Exception error) when (S3Failure.IsOfTheStore(error) && !cancellation.IsCancellationRequested)
            {
                throw S3Failure.Explain(error, $"{S3Address.Scheme}{bucket}/{prefix}", bucket, "s3:ListBucket", null);
            }

            foreach (S3Object listed in page.S3Objects ?? [])
                yield return new S3File(bucket, S3Listing.KeyOf(page, listed), listed.Size ?? 0, listed.ETag);
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>Opens a file; nothing is read yet.</summary>
    public IByteSource Open(S3File file) => new S3ByteSource(client, file, _cache);
}
