using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>One kinesis-local for all tests of the class.</summary>
public sealed class KinesisLocalFixture : IAsyncLifetime
{
    public KinesisLocal? Server { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (KinesisLocal.IsThere) Server = await KinesisLocal.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>Reshards of kinesis-local, a second opinion on the service's. moto has none: it puts records into closed shards, which never end.</summary>
public sealed class KinesisLocalReshardTests(KinesisLocalFixture emulator) : ReshardConformance, IClassFixture<KinesisLocalFixture>
{
    // It cuts 2^128 - 1 into parts, and three shards into a half and two quarters.
    protected override bool UpdatesToEqualRanges => false;

    protected override IManagedStream Open(string name)
    {
        Assert.SkipUnless(emulator.Server is not null, KinesisLocal.Missing);
        return new KinesisStream("kinesis://" + name, FakeStream.SettingsFor(emulator.Server.Endpoint), TimeProvider.System, new Random(1), FakeStream.Quick);
    }
}
