using Amazon.S3;
using Amazon.S3.Model;
using Streaming.Shared.Objects.S3;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Objects.S3;

/// <summary>What the fake does for clients that are not our store, asked by the SDK.</summary>
public sealed class FakeS3Tests : IAsyncLifetime
{
    private S3Fixture _s3 = null!;
    private S3Client _client = null!;

    public async ValueTask InitializeAsync()
    {
        _s3 = await S3Fixture.StartAsync();
        _client = S3Fixture.Client(_s3.Aws.Endpoint);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _s3.DisposeAsync();
    }

    [Fact]
    public async Task ChunkedPutWithTrailer_IsUnwrappedAndVerified()
    {
        byte[] content = new byte[300_000];
        new Random(4).NextBytes(content);
        await CallAsync(s3 => s3.PutObjectAsync(Put("big", content, chunked: true)));
        GetObjectResponse found = await CallAsync(s3 => s3.GetObjectAsync(S3Fixture.Bucket, "big"));
        var read = new MemoryStream();
        await found.ResponseStream.CopyToAsync(read);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task ChecksumThatDoesNotHold_IsRefused()
    {
        PutObjectRequest put = Put("bad", [1, 2, 3], chunked: false);
        put.ChecksumCRC32 = "AAAAAA==";
        AmazonS3Exception error = await Assert.ThrowsAsync<AmazonS3Exception>(() => CallAsync(s3 => s3.PutObjectAsync(put)));
        Assert.Equal("BadDigest", error.ErrorCode);
    }

    [Fact]
    public async Task Listing_RollsUpFolders_PageByPage()
    {
        foreach (string key in (string[])["a", "d/1", "d/2", "e/1", "e/f/2", "z"]) _s3.Aws.S3.Put(S3Fixture.Bucket, key, [1]);
        var found = new List<string>();
        string? token = null;
        do
        {
            ListObjectsV2Response page = await CallAsync(s3 => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = S3Fixture.Bucket, Delimiter = "/", MaxKeys = 2, ContinuationToken = token }));
            found.AddRange((page.S3Objects ?? []).Select(listed => listed.Key).Concat(page.CommonPrefixes ?? []).Order(StringComparer.Ordinal));
            token = page.NextContinuationToken;
        }
        while (token is not null);
        Assert.Equal(["a", "d/", "e/", "z"], found);
    }

    [Fact]
    public async Task HeadAndBuckets_Answer()
    {
        await CallAsync(s3 => s3.PutBucketAsync("new-bucket"));
        await CallAsync(s3 => s3.HeadBucketAsync(new HeadBucketRequest { BucketName = "new-bucket" }));
        _s3.Aws.S3.Put("new-bucket", "a", [1, 2, 3]);
        Assert.Equal(3, (await CallAsync(s3 => s3.GetObjectMetadataAsync("new-bucket", "a"))).ContentLength);
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => CallAsync(s3 => s3.GetObjectMetadataAsync("new-bucket", "b")));
    }

    [Fact]
    public void Faults_RepeatWithTheirSeed()
    {
        S3Fault[] first = Draw();
        Assert.Equal(first, Draw());
        Assert.Contains(S3Fault.Drop, first);
        Assert.Contains(S3Fault.None, first);
    }

    private static S3Fault[] Draw()
    {
        Func<S3Call, S3Fault> plan = FakeS3.Storms(seed: 11, quiet: 20, storm: 10, S3Fault.Drop, S3Fault.SlowDown);
        return [.. Enumerable.Range(0, 200).Select(number => plan(new S3Call(number, "GET", "b", "k", null, null)))];
    }

    private static PutObjectRequest Put(string key, byte[] content, bool chunked)
        => new() { BucketName = S3Fixture.Bucket, Key = key, InputStream = new MemoryStream(content), UseChunkEncoding = chunked };

    private Task<T> CallAsync<T>(Func<IAmazonS3, Task<T>> call) => _client.CallAsync((s3, _) => call(s3), CancellationToken.None);
}
