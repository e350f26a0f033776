using Streaming.Shared.Objects;
using Streaming.Tests.Unit.Objects;

namespace Streaming.Tests.Unit.Simulation;

/// <summary>The simulator's store is one: what the consumer may rely on there is what it may rely on anywhere.</summary>
public sealed class SimulatedStoreConformanceTests : ObjectStoreConformance
{
    private readonly SimulatedServices _services = new();

    protected override IObjectStore Open() => _services.OpenStore();
}
