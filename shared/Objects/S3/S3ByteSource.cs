using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Streaming.Shared.Parquet;

namespace Streaming.Shared.Objects.S3;

/// <summary>
/// The bytes of an object, by ranged reads of the one version that was listed. Reads block the caller, as those of a file do.
/// </summary>
internal sealed class S3ByteSource(S3Client client, S3File file, ReadAheadCache cache) : IByteSource
{
    /// <summary>Reads of a range whose answer broke off on the way.</summary>
    private const int MaxAttempts = 3;

    public string Name => file.Address;

    public long Length => file.Length;

    /// <exception cref="IOException">The object is gone or was changed.</exception>
    /// <exception cref="StoreUnavailableException">S3 cannot be reached or refuses.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset + destination.Length > Length) throw new EndOfStreamException($"{Name} ends before byte {offset + destination.Length}.");
        while (!destination.IsEmpty)
        {
            int copied = cache.Copy(file, offset, destination);
            if (copied == 0)
            {
                // Whoever begins near the end is after the footer, whose beginning it does not know yet.
                long from = Math.Min(offset, Math.Max(0, Length - ReadAheadCache.SmallestRead));
                long count = Math.Min(offset - from + cache.ReadSize(file, offset, destination.Length), Length - from);
                cache.Add(file, from, FetchAsync(from, count).GetAwaiter().GetResult());
                continue;
            }

            offset += copied;
            destination = destination[copied..];
        }
    }

    // The footer stays, because a file is opened once for each of its row groups.
    public void Dispose() => cache.ForgetLarge(file);

    private async Task<byte[]> FetchAsync(long offset, long count)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await client.CallAsync((s3, token) => FetchAsync(s3, offset, count, token), CancellationToken.None);
            }
            catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.PreconditionFailed || S3Failure.IsNoSuchKey(gone))
            {
                throw new IOException($"{Name} was changed or deleted since it was listed.", gone);
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
                // The answer broke off; the range is read again.
            }
            catch (Exception error) when (S3Failure.IsOfTheStore(error))
            {
                throw S3Failure.Explain(error, Name, file.Bucket, "s3:GetObject", file.Key);
            }
        }
    }

    private async Task<byte[]> FetchAsync(IAmazonS3 s3, long offset, long count, CancellationToken cancellation)
    {
        var request = new GetObjectRequest
        {
            BucketName = file.Bucket,
            Key = file.Key,
            EtagToMatch = file.ETag,
            ByteRange = new ByteRange(offset, offset + count - 1),
        };
        using GetObjectResponse response = await s3.GetObjectAsync(request, cancellation);
        // A service that ignores the range sends the object from its start.
        if (response.ContentLength != count) throw new AmazonS3Exception($"{response.ContentLength} bytes came instead of the {count} of a range");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)count);
        await response.ResponseStream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}
