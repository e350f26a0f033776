using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>Local streams that are full before anything is measured.</summary>
internal static class StreamFiles
{
    public static LocalStream Open(string folder) => new(folder, TimeProvider.System, () => new Guid(1, 0, 0, new byte[8]));

    /// <param name="next">Moves to the next record and adds it; false at the end.</param>
    public static async Task WriteAsync(string folder, int shards, Func<PutBatch, bool> next)
    {
        await using LocalStream stream = Open(folder);
        await stream.CreateAsync(shards, CancellationToken.None);
        var batch = new PutBatch();
        bool hasMore = true;
        while (hasMore)
        {
            batch.Clear();
            while (batch.Count < PutBatch.MaxRecords && (hasMore = next(batch)))
            {
            }

            await stream.PutAsync(batch, CancellationToken.None);
        }
    }

    /// <summary>So many of the usual ticks, and each as a line of <paramref name="lines"/> too.</summary>
    public static Task WriteTicksAsync(string folder, int shards, int tickers, int count, TimeSpan span, Stream? lines = null)
    {
        var ticks = new TickRecords(tickers, count, span);
        int written = 0;
        return WriteAsync(folder, shards, batch =>
        {
            if (written++ == count) return false;
            ticks.MoveNext();
            batch.Add(ticks.Key, ticks.Record);
            lines?.Write(ticks.Record);
            lines?.WriteByte((byte)'\n');
            return true;
        });
    }
}
