using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>A worker that reads the sample's first ticks, for tests that only look at them.</summary>
public sealed class SampleWorker : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private Worker? _worker;

    internal Worker Worker => _worker!;

    public async ValueTask InitializeAsync()
    {
        if (!Chromium.IsThere) return;
        await Feed.CreateStreamAsync(_folder.Path, shards: 2);
        await Feed.ReplaySampleAsync(_folder.Path, 20_000);
        _worker = await Worker.StartAsync(_folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null) await _worker.DisposeAsync();
        _folder.Dispose();
    }
}
