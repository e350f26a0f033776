using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// The longest time that a consumer leaves its shard unread, with flushes of all tickers into a slow store all the while, against one
/// that flushes only after the last record. In memory besides, so that nothing else holds up reading.
/// </summary>
internal sealed class FlushStage : IStage
{
    private const int Records = 4_000_000;
    private const int Tickers = 500;
    private const int RoundCount = 5;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(120);
    private static readonly TimeSpan PutTakes = TimeSpan.FromMilliseconds(5);

    public string Name => "flush";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        using var folder = new MemoryFolder();
        await StreamFiles.WriteTicksAsync(folder["stream"], shards: 1, Tickers, Records, Span);
        var (with, without) = (new List<Reading>(), new List<Reading>());
        // The first of each compiles.
        for (int i = 0; i <= RoundCount; i++)
        {
            with.Add(await RunAsync(folder["stream"], TimeSpan.FromMilliseconds(20)));
            without.Add(await RunAsync(folder["stream"], TimeSpan.FromHours(1)));
        }

        if (with.Skip(1).Any(run => run.PutsWhileReading < Tickers)) throw new InvalidOperationException("No flush of all tickers fell into the reading.");
        string stage = $"flush of {Tickers} dirty tickers, puts of {PutTakes.TotalMilliseconds} ms";
        return
        [
            new Row(stage, "longest time between two batches of 10,000 records", "ms", Spread.Of(with.Skip(1).Select(run => run.LongestPauseMillis)), new Target(50)),
            new Row(stage, "the same, no flush before the last record", "ms", Spread.Of(without.Skip(1).Select(run => run.LongestPauseMillis))),
            new Row(stage, "objects put while reading went on", "objects", Spread.Of(with.Skip(1).Select(run => (double)run.PutsWhileReading))),
        ];
    }

    private static async Task<Reading> RunAsync(string folder, TimeSpan flushInterval)
    {
        var reading = new Reading();
        await using var stream = new WatchedStream(StreamFiles.Open(folder), reading);
        var options = new ConsumerOptions { Once = true, FlushInterval = flushInterval, WorkerId = "worker" };
        await new ConsumerService(stream, new SlowStore(reading), options, TimeProvider.System, new Random(1), NullLoggerFactory.Instance).RunAsync(CancellationToken.None);
        return reading;
    }

    /// <summary>What a run came to.</summary>
    private sealed class Reading
    {
        private long _lastBatch;
        private int _puts;

        public double LongestPauseMillis { get; private set; }

        public int PutsWhileReading { get; private set; }

        public void Put() => Interlocked.Increment(ref _puts);

        public void Batch(RecordBatch batch)
        {
            if (batch.Count == 0) return;
            if (_lastBatch != 0) LongestPauseMillis = Math.Max(LongestPauseMillis, Stopwatch.GetElapsedTime(_lastBatch).TotalMilliseconds);
            _lastBatch = Stopwatch.GetTimestamp();
            PutsWhileReading = Volatile.Read(ref _puts);
        }
    }

    private sealed class WatchedStream(IRecordStream inner, Reading reading) : IRecordStream
    {
        public string Address => inner.Address;

        public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => inner.DescribeAsync(cancellation);

        public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => inner.ListShardsAsync(cancellation);

        public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation) => inner.PutAsync(batch, cancellation);

        public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
            => new WatchedReader(await inner.OpenReaderAsync(shardId, from, cancellation), reading);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class WatchedReader(IShardReader inner, Reading reading) : IShardReader
    {
        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            RecordBatch batch = await inner.ReadAsync(cancellation);
            reading.Batch(batch);
            return batch;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class SlowStore(Reading reading) : IObjectStore
    {
        private readonly InMemoryObjectStore _store = new();

        public string Address => _store.Address;

        public Task CheckWritableAsync(CancellationToken cancellation) => _store.CheckWritableAsync(cancellation);

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => _store.GetAsync(key, cancellation);

        public async Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
        {
            await Task.Delay(PutTakes, TimeProvider.System, cancellation);
            reading.Put();
            return await _store.PutAsync(key, content, expectedTag, cancellation);
        }

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) => _store.ListAsync(prefix, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => _store.DeleteAsync(key, cancellation);
    }
}
