using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>A local stream of one shard in a scratch folder, whose files a test may damage.</summary>
internal sealed class LocalLog : IDisposable
{
    public const string Shard = "shardId-000000000000";

    private readonly ScratchFolder _scratch = new();
    private readonly LocalStreamOptions _options;
    private int _id;

    public LocalLog(long segmentBytes = 256 * 1024 * 1024)
        => _options = new LocalStreamOptions { SegmentBytes = segmentBytes, PollInterval = TimeSpan.FromMilliseconds(5), LockTimeout = TimeSpan.FromSeconds(20) };

    public string Folder => _scratch["stream"];

    public string Manifest => Path.Combine(Folder, "stream.json");

    public string SyncedEnd => Path.Combine(Folder, "log.end");

    public string[] Segments => [.. Directory.GetFiles(Path.Combine(Folder, "log")).Order(StringComparer.Ordinal)];

    public LocalStream Open(LocalStreamOptions? options = null)
        => new(Folder, TimeProvider.System, () => new Guid(Interlocked.Increment(ref _id), 0, 0, new byte[8]), options ?? _options);

    /// <summary>Puts one batch per text group, each from a producer of its own.</summary>
    public async Task PutAsync(params string[] texts)
    {
        await using LocalStream stream = Open();
        await stream.CreateAsync(1, default);
        foreach (string text in texts) await stream.PutAsync(("A", text));
    }

    public async Task<List<Seen>> ReadAsync(StreamPosition? from = null)
    {
        await using LocalStream stream = Open();
        return await stream.ReadAllAsync(Shard, from);
    }

    /// <summary>Every file of the folder with its bytes, to be compared.</summary>
    public Dictionary<string, string> Files()
        => Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));

    public void Dispose() => _scratch.Dispose();
}
