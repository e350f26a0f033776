using Streaming.Shared.Objects;

namespace Streaming.Tests.Unit.Objects.S3;

/// <summary>The S3 store over the fake, whose conditional puts are atomic: every rule of the seam, races too. Pages are short, so that listings have several.</summary>
public sealed class FakeS3ConformanceTests : ObjectStoreConformance, IAsyncLifetime
{
    private S3Fixture _s3 = null!;

    public async ValueTask InitializeAsync()
    {
        _s3 = await S3Fixture.StartAsync();
        _s3.Aws.S3.PageSize = 3;
    }

    public ValueTask DisposeAsync() => _s3.DisposeAsync();

    protected override IObjectStore Open() => _s3.Open();
}
