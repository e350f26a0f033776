using Microsoft.Extensions.Logging;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Querying;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Live;

/// <summary>What the live page shows of a worker: the running feed, and the rows of a ticker from the lake and from memory.</summary>
public sealed class LiveView(
    ConsumerService service, IRecordStream stream, IObjectStore lake, ConsumerOptions options, LiveBoard board, AwsActivity aws, TimeProvider time, ILoggerFactory loggers)
    : IAsyncDisposable
{
    /// <summary>Readings of the lake at once; each viewer that chooses a ticker asks for one.</summary>
    private const int MaxReadings = 4;

    private readonly LakeReader _lake = new(lake);
    private readonly SemaphoreSlim _readings = new(MaxReadings);

    public LiveFeed Feed { get; } = new(service, stream, lake, options, board, aws, time, loggers);

    /// <summary>
    /// The rows of a ticker's last minutes, oldest first, whichever worker wrote them. What is not in the lake yet is in memory, if the ticker is this worker's.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The lake does not answer.</exception>
    /// <exception cref="ForeignObjectException">An object of the ticker is no table of rows.</exception>
    public async Task<IReadOnlyList<LiveBar>> RowsAsync(string ticker, int minutes, CancellationToken cancellation)
    {
        Bar[] written;
        await _readings.WaitAsync(cancellation);
        try
        {
            written = [.. (await _lake.NewestAsync(ticker, null, minutes, cancellation)).Select(row => row.Bar).Reverse()];
        }
        finally
        {
            _readings.Release();
        }

        // As in the lake itself, the row with more ticks is the later truth.
        LiveBar[] here = board.BarsOf(ticker);
        HashSet<long> open = [.. here.Where(bar => !bar.IsClosed).Select(bar => bar.Bar.WindowStartMicros)];
        IReadOnlyList<Bar> rows = BarMerge.Merge(written, [.. here.Select(bar => bar.Bar)]) ?? written;
        long first = rows.Count == 0 ? 0 : rows[^1].WindowEndMicros - (minutes * 60_000_000L);
        return [.. rows.Where(bar => bar.WindowStartMicros >= first).Select(bar => new LiveBar(bar, !open.Contains(bar.WindowStartMicros), Stamp: 0))];
    }

    public async ValueTask DisposeAsync()
    {
        await Feed.DisposeAsync();
        _readings.Dispose();
    }
}
