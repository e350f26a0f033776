using System.Runtime.CompilerServices;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation;
using Streaming.Tests.Simulation.Network;
using Streaming.Tests.Simulation.Objects;
using Streaming.Tests.Simulation.Scheduling;
using Streaming.Tests.Simulation.Streams;

namespace Streaming.Tests.Unit.Simulation;

/// <summary>
/// The simulated store and streams for callers in real time, as the conformance suites are: each call runs the scheduler until it is
/// answered. No faults.
/// </summary>
internal sealed class SimulatedServices
{
    private readonly Scheduler _scheduler = new(seed: 1);
    private readonly Dictionary<string, SimulatedStream> _streams = [];
    private readonly SimulatedBucket _bucket = new();
    private readonly SimulatedProcess _process;
    private readonly Wire _wire;
    private readonly Faults _faults;

    public SimulatedServices()
    {
        _process = new SimulatedProcess("test", _scheduler, ClockFaults.None);
        _wire = new Wire(_process, _scheduler, _ => { });
        _faults = new Faults(new Plan(seed: 1), _scheduler) { AreOver = true };
    }

    public IObjectStore OpenStore() => new PumpedStore(this, new StoreClient(_bucket, _wire, _faults, _ => { }));

    public IManagedStream OpenStream(string name)
    {
        if (!_streams.TryGetValue(name, out SimulatedStream? stream)) _streams.Add(name, stream = new SimulatedStream(name, _scheduler, new Random(1)));
        return new PumpedStream(this, stream, new StreamClient(stream, _wire, _faults, _process.Clock, TimeSpan.FromSeconds(1), _ => { }));
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        // So that other callers get their turn between two calls of one.
        await Task.Yield();
        lock (_scheduler)
        {
            _scheduler.Adopt();
            Task<T>? running = null;
            _process.Post(_ => running = call(), null);
            _scheduler.RunUntil(() => running is { IsCompleted: true });
            return running!.GetAwaiter().GetResult();
        }
    }

    private Task<bool> RunAsync(Func<Task> call) => RunAsync(async () =>
    {
        await call();
        return true;
    });

    private sealed class PumpedStore(SimulatedServices services, StoreClient store) : IObjectStore
    {
        public string Address => store.Address;

        public Task CheckWritableAsync(CancellationToken cancellation) => services.RunAsync(() => store.CheckWritableAsync(cancellation));

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => services.RunAsync(() => store.GetAsync(key, cancellation));

        public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
            => services.RunAsync(() => store.PutAsync(key, content, expectedTag, cancellation));

        public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await using IAsyncEnumerator<string> keys = store.ListAsync(prefix, cancellation).GetAsyncEnumerator(cancellation);
            while (await services.RunAsync(() => keys.MoveNextAsync().AsTask())) yield return keys.Current;
        }

        public Task DeleteAsync(string key, CancellationToken cancellation) => services.RunAsync(() => store.DeleteAsync(key, cancellation));
    }

    private sealed class PumpedStream(SimulatedServices services, SimulatedStream simulated, StreamClient stream) : IManagedStream
    {
        public string Address => stream.Address;

        public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation) => services.RunAsync(() => stream.CreateAsync(shardCount, cancellation));

        public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => services.RunAsync(() => stream.DescribeAsync(cancellation));

        public Task<bool> DeleteAsync(CancellationToken cancellation) => services.RunAsync(() => stream.DeleteAsync(cancellation));

        public Task SplitShardAsync(string shardId, UInt128? newStartingHashKey, CancellationToken cancellation)
            => services.RunAsync(() =>
            {
                UInt128 at = Map().SplitPoint(shardId, newStartingHashKey);
                simulated.Split(simulated.Find(shardId), at);
                return Task.CompletedTask;
            });

        public Task MergeShardsAsync(string shardId, string adjacentShardId, CancellationToken cancellation)
            => services.RunAsync(() =>
            {
                (Shard lower, Shard upper) = Map().Neighbours(shardId, adjacentShardId);
                simulated.Merge(simulated.Find(lower.Id), simulated.Find(upper.Id));
                return Task.CompletedTask;
            });

        // The simulation reshards by splits and merges only.
        public Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation)
            => services.RunAsync(() => throw new NotSupportedException($"not {shardCount} of {Map().Open.Count} shards"));

        private ShardMap Map() => simulated.Description is null ? throw new StreamNotFoundException(Address) : new ShardMap(Address, simulated.Listed);

        public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => services.RunAsync(() => stream.ListShardsAsync(cancellation));

        public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
            => new PumpedReader(services, await services.RunAsync(() => stream.OpenReaderAsync(shardId, from, cancellation)));

        public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation) => services.RunAsync(() => stream.PutAsync(batch, cancellation));

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }

    private sealed class PumpedReader(SimulatedServices services, IShardReader reader) : IShardReader
    {
        public ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
            => new(services.RunAsync(() => reader.ReadAsync(cancellation).AsTask()));

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
