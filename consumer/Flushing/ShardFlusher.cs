using Streaming.Consumer.EventTime;
using Streaming.Consumer.Progress;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// Owns: the order in which a snapshot becomes durable. Objects and kept records come first, the checkpoint that lets go of them
/// last; after a crash in between, the same is written again and merges to the same.
/// </summary>
public sealed class ShardFlusher(BarWriter bars, KeptRecordWriter kept, CheckpointStore checkpoints)
{
    public BarWriter Bars { get; } = bars;

    public CheckpointStore Checkpoints { get; } = checkpoints;

    /// <summary>
    /// Windows whose object failed stay in the checkpoint and are reported in the result. Kept records that failed stop the
    /// checkpoint, because it counts them.
    /// </summary>
    public async Task<BarWriteResult> FlushAsync(FlushSnapshot snapshot, CancellationToken cancellation)
    {
        BarWriteResult written = await Bars.WriteAsync(snapshot, cancellation);
        await kept.WriteAsync(snapshot, cancellation);
        await Checkpoints.SaveAsync(snapshot, written, cancellation);
        return written;
    }
}
