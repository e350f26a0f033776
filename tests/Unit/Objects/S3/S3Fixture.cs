using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects.S3;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Objects.S3;

/// <summary>A fake of AWS with a bucket in it, and clients for it.</summary>
internal sealed class S3Fixture : IAsyncDisposable
{
    public const string Bucket = "test-bucket";
    public const string Address = $"s3://{Bucket}/some/lake";

    private S3Fixture(FakeAws aws) => Aws = aws;

    public FakeAws Aws { get; }

    public static async Task<S3Fixture> StartAsync()
    {
        var fixture = new S3Fixture(await FakeAws.StartAsync());
        fixture.Aws.S3.CreateBucket(Bucket);
        return fixture;
    }

    /// <param name="hasty">Waits little and tries nothing again, for tests in which most calls fail.</param>
    public S3ObjectStore Open(string address = Address, bool hasty = false) => new(address, Client(Aws.Endpoint, hasty));

    public static AwsSettings Settings(string endpoint) => new()
    {
        Region = "us-east-1",
        EndpointUrl = endpoint,
        Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken),
    };

    public static S3Client Client(string endpoint, bool hasty = false)
        => new(Settings(endpoint), TimeProvider.System, hasty ? new S3ClientOptions { CallLimit = TimeSpan.FromSeconds(3), Retries = 0 } : null);

    public ValueTask DisposeAsync() => Aws.DisposeAsync();
}
