using Streaming.Shared.Streams;
using Streaming.Tests.Unit.Streams;

namespace Streaming.Tests.Unit.Simulation;

/// <summary>The simulator's stream is one: what the consumer may rely on there is what it may rely on anywhere.</summary>
public sealed class SimulatedStreamConformanceTests : RecordStreamConformance
{
    private readonly SimulatedServices _services = new();

    protected override bool HasUpdateShardCount => false;

    protected override IManagedStream Open(string name) => _services.OpenStream(name);
}
