namespace Streaming.Consumer.Flushing;

/// <summary>
/// Windows that a process may hold unwritten, shared evenly among the shards that it reads: memory is the process's, however many shards there
/// are. For any thread.
/// </summary>
public sealed class WindowBudget(int windows = WindowBudget.DefaultWindows)
{
    /// <summary>Some 400 bytes each while they are written, 200 before.</summary>
    public const int DefaultWindows = 400_000;

    private int _shards;

    /// <summary>Beyond it a shard flushes all before its time; at twice as many it waits for that.</summary>
    public int PerShard => windows / Math.Max(1, Volatile.Read(ref _shards));

    /// <summary>Gives a shard its part, until it is disposed.</summary>
    public IDisposable Join()
    {
        Interlocked.Increment(ref _shards);
        return new Part(this);
    }

    private sealed class Part(WindowBudget budget) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref budget._shards);
    }
}
