using Streaming.Consumer.EventTime;
using Streaming.Consumer.Progress;

namespace Streaming.Consumer.Flushing;

/// <summary>Control: the checkpoint lets go of kept records, and of windows that it takes for written, before they stand.</summary>
public sealed class ShardFlusher(BarWriter bars, KeptRecordWriter kept, CheckpointStore checkpoints)
{
    public BarWriter Bars { get; } = bars;

    public CheckpointStore Checkpoints { get; } = checkpoints;

    public async Task<BarWriteResult> FlushAsync(FlushSnapshot snapshot, CancellationToken cancellation)
    {
        var hoped = new BarWriteResult(snapshot.Windows.Count);
        for (int i = 0; i < snapshot.Windows.Count; i++) hoped.Confirm(i);
        await Checkpoints.SaveAsync(snapshot, hoped, cancellation);
        BarWriteResult written = await Bars.WriteAsync(snapshot, cancellation);
        await kept.WriteAsync(snapshot, cancellation);
        return written;
    }
}
