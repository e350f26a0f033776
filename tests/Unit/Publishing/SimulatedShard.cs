using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Publishing;

/// <summary>A stream of one shard with the service's limits, some milliseconds away, in virtual time. Counts what it takes; keeps nothing.</summary>
internal sealed class SimulatedShard(ManualTimeProvider clock, int seed)
{
    private readonly Random _random = new(seed);
    private readonly FakeShard _shard = new("shardId-000000000000", [], UInt128.Zero, UInt128.MaxValue, 1);

    /// <summary>Records that are refused however slowly they come.</summary>
    public double RandomThrottle { get; init; }

    public long Refused { get; private set; }

    public IRecordStream Connect(Action<int> taken) => new Connection(this, taken);

    private async Task<PutReply> PutAsync(PutBatch batch, Action<int> taken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(3 + (4 * _random.NextDouble())), clock);
        var refused = new List<RefusedRecord>();
        for (int i = 0; i < batch.Count; i++)
        {
            if (_random.NextDouble() < RandomThrottle || !_shard.TakesPut(clock.GetUtcNow().ToUnixTimeMilliseconds(), batch.Key(i).Length + batch.Data(i).Length))
                refused.Add(new RefusedRecord(i, "ProvisionedThroughputExceededException"));
        }

        Refused += refused.Count;
        taken(batch.Count - refused.Count);
        await Task.Delay(TimeSpan.FromMilliseconds(3 + (4 * _random.NextDouble())), clock);
        return new PutReply(refused);
    }

    private sealed class Connection(SimulatedShard shard, Action<int> taken) : IRecordStream
    {
        public string Address => "simulated";

        public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation) => shard.PutAsync(batch, taken);

        public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
            => Task.FromResult<IReadOnlyList<Shard>>([new Shard("shardId-000000000000", [], UInt128.Zero, UInt128.MaxValue, false)]);

        public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<bool> DeleteAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
