namespace Streaming.Consumer.Flushing;

/// <summary>
/// What a process may hold in memory, shared evenly among the shards that it reads: memory is the process's, however many shards there are. For
/// any thread.
/// </summary>
/// <param name="windows">Windows that are not written yet.</param>
/// <param name="objectBytes">Objects kept as they stand in the lake, compressed, so that a flush need not get what it rewrites.</param>
public sealed class MemoryBudget(int windows = MemoryBudget.DefaultWindows, long objectBytes = MemoryBudget.DefaultObjectBytes)
{
    /// <summary>Some 400 bytes each while they are written, 200 before.</summary>
    public const int DefaultWindows = 250_000;

    /// <summary>Enough for a trading day of 10,000 tickers, at 11 to 19 kB each.</summary>
    public const long DefaultObjectBytes = 192 * 1024 * 1024;

    private int _shards;

    /// <summary>Beyond it a shard flushes all before its time; at twice as many it waits for that.</summary>
    public int WindowsPerShard => windows / Shards;

    /// <summary>Beyond it a shard forgets the objects that it wrote longest ago.</summary>
    public long ObjectBytesPerShard => objectBytes / Shards;

    private int Shards => Math.Max(1, Volatile.Read(ref _shards));

    /// <summary>Gives a shard its part, until it is disposed.</summary>
    public IDisposable Join()
    {
        Interlocked.Increment(ref _shards);
        return new Part(this);
    }

    private sealed class Part(MemoryBudget budget) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref budget._shards);
    }
}
