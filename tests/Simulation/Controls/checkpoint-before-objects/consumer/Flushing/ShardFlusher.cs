using Streaming.Consumer.Assignment;
using Streaming.Consumer.EventTime;

namespace Streaming.Consumer.Flushing;

/// <summary>Control: the checkpoint lets go of kept records, and of windows that it takes for written, before they stand.</summary>
public sealed class ShardFlusher(BarWriter bars, KeptRecordWriter kept)
{
    public BarWriter Bars { get; } = bars;

    public async Task<BarWriteResult> FlushAsync(FlushSnapshot snapshot, ShardLease lease, CancellationToken cancellation)
    {
        var hoped = new BarWriteResult(snapshot.Windows.Count);
        for (int i = 0; i < snapshot.Windows.Count; i++) hoped.Confirm(i);
        await lease.SaveAsync(snapshot, hoped.IsConfirmed, hoped.Problem, cancellation);
        BarWriteResult written = await Bars.WriteAsync(snapshot, cancellation);
        await kept.WriteAsync(snapshot, cancellation);
        return written;
    }
}
