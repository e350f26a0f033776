using Streaming.Shared.Streams;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Streams.Kinesis;

public sealed class KinesisStreamConformanceTests : RecordStreamConformance, IAsyncLifetime
{
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync() => _aws = await FakeAws.StartAsync();

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    protected override IManagedStream Open(string name) => FakeStream.Open(_aws, name);
}
