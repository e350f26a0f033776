using Streaming.Consumer.Assignment;
using Streaming.Consumer.EventTime;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// Owns: the order in which a snapshot becomes durable. Objects and kept records come first, the checkpoint that lets go of them
/// last; after a crash in between, the same is written again and merges to the same.
/// </summary>
public sealed class ShardFlusher(BarWriter bars, KeptRecordWriter kept)
{
    public BarWriter Bars { get; } = bars;

    /// <summary>
    /// Windows whose object failed or is blocked stay in the checkpoint and are reported in the result. Kept records that failed stop the
    /// checkpoint, because it counts them.
    /// </summary>
    /// <exception cref="LeaseLostException">The shard is another worker's now.</exception>
    public async Task<BarWriteResult> FlushAsync(FlushSnapshot snapshot, ShardLease lease, CancellationToken cancellation)
    {
        // A worker that was paused between its claim and its first read may have begun with the oldest record that was left after its successor's reads,
        // and rows from there are of no prefix of the shard.
        if (!lease.HasPosition) await lease.RenewAsync(cancellation);
        BarWriteResult written = await Bars.WriteAsync(snapshot, cancellation);
        await kept.WriteAsync(snapshot, cancellation);
        // It also judges an object of another shard: if this one is not mine any more, that object is its child's, and I am the stranger.
        await lease.SaveAsync(snapshot, written.IsConfirmed, written.Problem, cancellation);
        return written;
    }
}
