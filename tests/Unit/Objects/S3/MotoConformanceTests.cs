using Amazon.S3.Model;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Objects.S3;

/// <summary>One moto_server for all tests of the class: it takes longer to start than they to run.</summary>
public sealed class MotoFixture : IAsyncLifetime
{
    public MotoServer? Server { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (MotoServer.IsThere) Server = await MotoServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>The S3 store over moto_server, a second opinion on the protocol.</summary>
public sealed class MotoConformanceTests(MotoFixture moto) : ObjectStoreConformance, IClassFixture<MotoFixture>, IAsyncLifetime
{
    private static int _buckets;

    private readonly string _bucket = $"bucket-{Interlocked.Increment(ref _buckets)}";
    private S3Client _client = null!;

    protected override string? NoRaces => "moto's compare-and-set is not atomic";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(moto.Server is not null, MotoServer.Missing);
        _client = S3Fixture.Client(moto.Server.Endpoint);
        await _client.CallAsync((s3, token) => s3.PutBucketAsync(new PutBucketRequest { BucketName = _bucket }, token), CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IObjectStore Open() => new S3ObjectStore($"s3://{_bucket}/some/lake", _client);
}
