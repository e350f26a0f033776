using System.Collections.Concurrent;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Streams;

/// <summary>The twin of the streams reshards as they do; it is there from the beginning, so that it cannot be missing.</summary>
public sealed class InMemoryStreamConformanceTests : ReshardConformance
{
    private readonly ConcurrentDictionary<string, InMemoryStream> _streams = [];

    protected override IManagedStream Open(string name) => _streams.GetOrAdd(name, _ => new InMemoryStream(2, 10, TimeProvider.System));
}
