using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class LocalStreamConformanceTests : RecordStreamConformance, IDisposable
{
    private readonly ScratchFolder _folder = new();
    private int _id;

    public void Dispose() => _folder.Dispose();

    protected override IManagedStream Open(string name)
        => new LocalStream(_folder[name], TimeProvider.System, () => new Guid(Interlocked.Increment(ref _id), 0, 0, new byte[8]));
}
