using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.TestKit;

/// <summary>The simple twin of the streams: a list per shard. Small batches, so that a test has many places to stop at.</summary>
public sealed class InMemoryStream(int shardCount, int recordsPerBatch, TimeProvider time, string creationId = "id-1") : IManagedStream
{
    private readonly Lock _lock = new();
    private readonly ShardMap _map = new("memory-stream", ShardMap.Create(shardCount));
    private readonly Dictionary<string, List<(SequenceNumber Number, long ArrivalMicros, byte[] Data)>> _records = [];
    private ulong _last;

    public string Address => "memory-stream";

    /// <summary>So many reads at the end of the records are empty without being at the tip, as those of a throttled shard.</summary>
    public int ThrottledReads { get; set; }

    /// <summary>Every read that brings something new begins with so many records that were read before; fewer than a batch has.</summary>
    public int Redelivered { get; set; }

    /// <summary>Its clock; the consumer must have the same, so that waiting at the tip is time that passes for both.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Gives records their arrival time; another clock than <see cref="Time"/> makes a run over a real clock repeatable.</summary>
    public TimeProvider Arrivals { get; init; } = time;

    public string Name { get; init; } = "stock_stream";

    public static string ShardId(int index) => $"shardId-{index:D12}";

    public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation) => Task.FromResult(false);

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
        => Task.FromResult(new StreamDescription(Name, creationId, DateTimeOffset.UnixEpoch));

    public Task<bool> DeleteAsync(CancellationToken cancellation) => Task.FromResult(false);

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<Shard>>([.. _map.Shards]);
    }

    public Task SplitShardAsync(string shardId, UInt128? newStartingHashKey, CancellationToken cancellation)
    {
        lock (_lock) _map.Split(shardId, newStartingHashKey);
        return Task.CompletedTask;
    }

    public Task MergeShardsAsync(string shardId, string adjacentShardId, CancellationToken cancellation)
    {
        lock (_lock) _map.Merge(shardId, adjacentShardId);
        return Task.CompletedTask;
    }

    public Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation)
    {
        lock (_lock) _map.UpdateShardCount(shardCount);
        return Task.CompletedTask;
    }

    /// <summary>Puts one record; its arrival is the clock's now.</summary>
    public void Put(string key, string data) => Put(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(data));

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        lock (_lock) Records(_map.OwnerOf(HashKey.Of(key)).Id).Add((SequenceNumber.FromUInt64(++_last), NowMicros, data.ToArray()));
    }

    public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        for (int i = 0; i < batch.Count; i++) Put(batch.Key(i), batch.Data(i));
        return Task.FromResult(PutReply.AllAccepted);
    }

    public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        lock (_lock)
        {
            List<(SequenceNumber Number, long ArrivalMicros, byte[] Data)> records = Records(shardId);
            int next = from.Kind switch
            {
                StreamPositionKind.TrimHorizon => 0,
                StreamPositionKind.Latest => records.Count,
                StreamPositionKind.AfterSequenceNumber => records.FindLastIndex(record => record.Number <= from.SequenceNumber) + 1,
                _ => records.FindIndex(record => record.ArrivalMicros >= from.TimestampMicros) is >= 0 and var i ? i : records.Count,
            };
            return Task.FromResult<IShardReader>(new Reader(this, shardId, next));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long NowMicros => IsoTime.ToMicros(Arrivals.GetUtcNow());

    private List<(SequenceNumber Number, long ArrivalMicros, byte[] Data)> Records(string shardId)
    {
        if (_map.Shards.All(shard => shard.Id != shardId)) throw new ArgumentException($"{Address} has no shard {shardId}.", nameof(shardId));
        if (!_records.TryGetValue(shardId, out var records)) _records.Add(shardId, records = []);
        return records;
    }

    private sealed class Reader(InMemoryStream stream, string shardId, int first) : IShardReader
    {
        private readonly RecordBatch _batch = new();
        private int _next = first;

        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            _batch.Clear();
            if (Fill()) return _batch;
            await Task.Delay(TimeSpan.FromMilliseconds(50), stream.Time, cancellation);
            if (!Fill() && stream.ThrottledReads-- > 0) (_batch.MillisBehindLatest, _batch.TipAtMicros) = (5000, null);
            return _batch;
        }

        private bool Fill()
        {
            lock (stream._lock)
            {
                var records = stream.Records(shardId);
                if (_next < records.Count) _next = Math.Max(0, _next - stream.Redelivered);
                for (; _next < records.Count && _batch.Count < stream.BatchSize; _next++)
                    _batch.Add(records[_next].Number, records[_next].ArrivalMicros, records[_next].Data);
                if (_next < records.Count) _batch.MillisBehindLatest = Math.Max(1, (stream.NowMicros - records[_next - 1].ArrivalMicros) / 1000);
                else (_batch.TipAtMicros, _batch.IsEndOfShard) = (stream.NowMicros, stream._map.Shards.Any(shard => shard.Id == shardId && shard.IsClosed));
            }

            return _batch.Count > 0 || _batch.IsEndOfShard;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private int BatchSize => recordsPerBatch;
}
