using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>
/// A worker is paused at every single call to the store or the stream, before it or after it, while another takes its shard over and
/// finishes; then the first goes on. No row ever loses ticks, and the lake is that of one undisturbed worker.
/// </summary>
public sealed class ZombieTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PausedAtAnyCall_WhileAnotherFinishes_DoesNoHarm(bool afterTheCall)
    {
        var undisturbed = new InMemoryObjectStore();
        Books books = await PipelineRun.ConsumeAsync(CrashTests.Stream(), undisturbed);
        string expected = await PipelineRun.ContentAsync(undisturbed);
        int pauses = 0;
        while (true)
        {
            var lake = new GrowingLake();
            if (!PauseAt(pauses, afterTheCall, lake)) break;
            pauses++;
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"another lake after a pause {(afterTheCall ? "after" : "before")} call {pauses}");
            Assert.Equal(books, await PipelineRun.ConsumeAsync(CrashTests.Stream(), lake));
        }

        Assert.InRange(pauses, 50, 1000);
    }

    /// <summary>False if the worker does not make so many calls.</summary>
    private static bool PauseAt(int call, bool afterTheCall, GrowingLake lake)
    {
        bool wasPaused = false;
        InMemoryStream stream = CrashTests.Stream();
        VirtualThread.Run((ManualTimeProvider)stream.Time, async () =>
        {
            var gate = new CallGate(call, afterTheCall);
            var options = PipelineRun.Eager with { WorkerId = "first" };
            Task first = new ConsumerService(new GatedStream(stream, gate), new GatedStore(lake, gate), options, stream.Time, new Random(1), NullLoggerFactory.Instance)
                .RunAsync(CancellationToken.None);
            await Task.WhenAny(first, gate.Paused);
            wasPaused = gate.Paused.IsCompleted;
            if (wasPaused) await PipelineRun.Service(stream, lake).RunAsync(CancellationToken.None);
            gate.Resume();
            await first;
        });
        return wasPaused;
    }

    /// <summary>Stops the caller at one of its calls until it is told to go on.</summary>
    private sealed class CallGate(int at, bool afterTheCall)
    {
        private readonly TaskCompletionSource _paused = new();
        private readonly TaskCompletionSource _resumed = new();
        private int _calls;

        public Task Paused => _paused.Task;

        public void Resume() => _resumed.SetResult();

        public async Task<T> RunAsync<T>(Func<Task<T>> call)
        {
            bool isHere = _calls++ == at;
            if (isHere && !afterTheCall) await PauseAsync();
            T result = await call();
            if (isHere && afterTheCall) await PauseAsync();
            return result;
        }

        private Task PauseAsync()
        {
            _paused.SetResult();
            return _resumed.Task;
        }
    }

    private sealed class GatedStore(IObjectStore store, CallGate gate) : IObjectStore
    {
        public string Address => store.Address;

        public Task CheckWritableAsync(CancellationToken cancellation) => gate.RunAsync(async () =>
        {
            await store.CheckWritableAsync(cancellation);
            return true;
        });

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => gate.RunAsync(() => store.GetAsync(key, cancellation));

        public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
            => gate.RunAsync(() => store.PutAsync(key, content, expectedTag, cancellation));

        public Task DeleteAsync(string key, CancellationToken cancellation) => gate.RunAsync(async () =>
        {
            await store.DeleteAsync(key, cancellation);
            return true;
        });

        public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
        {
            foreach (string key in await gate.RunAsync(() => store.ListAsync(prefix, cancellation).ToArrayAsync(cancellation).AsTask())) yield return key;
        }
    }

    private sealed class GatedStream(IRecordStream stream, CallGate gate) : IRecordStream
    {
        public string Address => stream.Address;

        public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => gate.RunAsync(() => stream.DescribeAsync(cancellation));

        public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => gate.RunAsync(() => stream.ListShardsAsync(cancellation));

        public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation) => gate.RunAsync<IShardReader>(
            async () => new GatedReader(await stream.OpenReaderAsync(shardId, from, cancellation), gate));

        public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation) => stream.PutAsync(batch, cancellation);

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }

    private sealed class GatedReader(IShardReader reader, CallGate gate) : IShardReader
    {
        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation) => await gate.RunAsync(() => reader.ReadAsync(cancellation).AsTask());

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }

    /// <summary>A reader that looks at every object as soon as it stands: no row may have fewer ticks than before, or be gone, or stand twice.</summary>
    private sealed class GrowingLake : IObjectStore
    {
        private readonly InMemoryObjectStore _store = new();
        private readonly Dictionary<string, Dictionary<long, long>> _ticks = [];

        public string Address => _store.Address;

        public Task CheckWritableAsync(CancellationToken cancellation) => _store.CheckWritableAsync(cancellation);

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => _store.GetAsync(key, cancellation);

        public async Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
        {
            string? tag = await _store.PutAsync(key, content, expectedTag, cancellation);
            if (tag is not null && key.StartsWith("avg_1min/", StringComparison.Ordinal)) Look(key, content);
            return tag;
        }

        public Task DeleteAsync(string key, CancellationToken cancellation) => _store.DeleteAsync(key, cancellation);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) => _store.ListAsync(prefix, cancellation);

        private void Look(string key, ReadOnlyMemory<byte> content)
        {
            Dictionary<long, long> now = BarObjectCodec.Read(key, content).Bars.ToDictionary(bar => bar.WindowStartMicros, bar => bar.TickCount);
            foreach ((long window, long ticks) in _ticks.GetValueOrDefault(key, []))
                Assert.True(now.GetValueOrDefault(window) >= ticks, $"{key}: the row of {window} had {ticks} ticks and has {now.GetValueOrDefault(window)}");
            _ticks[key] = now;
        }
    }
}
