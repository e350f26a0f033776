using System.Text;
using Streaming.Shared.Streams;

namespace Streaming.Tests.TestKit;

/// <summary>The simple twin of the streams: a list per shard. Small batches, so that a test has many places to stop at.</summary>
public sealed class InMemoryStream(int shardCount, int recordsPerBatch, TimeProvider time, string creationId = "id-1") : IRecordStream
{
    private readonly List<(SequenceNumber Number, long ArrivalMicros, byte[] Data)>[] _shards
        = [.. Enumerable.Range(0, shardCount).Select(_ => new List<(SequenceNumber, long, byte[])>())];

    private ulong _last;

    public string Address => "memory-stream";

    /// <summary>So many reads at the end of the records are empty without being at the tip, as those of a throttled shard.</summary>
    public int ThrottledReads { get; set; }

    /// <summary>Every read that brings something new begins with so many records that were read before; fewer than a batch has.</summary>
    public int Redelivered { get; set; }

    /// <summary>Its clock; the consumer must have the same, so that waiting at the tip is time that passes for both.</summary>
    public TimeProvider Time => time;

    public string Name { get; init; } = "stock_stream";

    public static string ShardId(int index) => $"shardId-{index:D12}";

    public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation) => Task.FromResult(false);

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
        => Task.FromResult(new StreamDescription(Name, creationId, DateTimeOffset.UnixEpoch));

    public Task<bool> DeleteAsync(CancellationToken cancellation) => Task.FromResult(false);

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
        => Task.FromResult<IReadOnlyList<Shard>>([.. Enumerable.Range(0, shardCount).Select(i =>
        {
            (UInt128 start, UInt128 end) = HashKey.Range(i, shardCount);
            return new Shard(ShardId(i), [], start, end, IsClosed: false);
        })]);

    /// <summary>Puts one record; its arrival is the clock's now.</summary>
    public void Put(string key, string data) => Put(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(data));

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        UInt128 hash = HashKey.Of(key);
        int shard = Enumerable.Range(0, shardCount).First(i => hash <= HashKey.Range(i, shardCount).End);
        lock (_shards) _shards[shard].Add((SequenceNumber.FromUInt64(++_last), NowMicros, data.ToArray()));
    }

    public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        for (int i = 0; i < batch.Count; i++) Put(batch.Key(i), batch.Data(i));
        return Task.FromResult(PutReply.AllAccepted);
    }

    public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        int shard = int.Parse(shardId.AsSpan("shardId-".Length));
        lock (_shards)
        {
            int next = from.Kind switch
            {
                StreamPositionKind.TrimHorizon => 0,
                StreamPositionKind.Latest => _shards[shard].Count,
                StreamPositionKind.AfterSequenceNumber => _shards[shard].FindLastIndex(record => record.Number <= from.SequenceNumber) + 1,
                _ => _shards[shard].FindIndex(record => record.ArrivalMicros >= from.TimestampMicros) is >= 0 and var i ? i : _shards[shard].Count,
            };
            return Task.FromResult<IShardReader>(new Reader(this, shard, next));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long NowMicros => (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private sealed class Reader(InMemoryStream stream, int shard, int first) : IShardReader
    {
        private readonly RecordBatch _batch = new();
        private int _next = first;

        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            _batch.Clear();
            if (Fill()) return _batch;
            await Task.Delay(TimeSpan.FromMilliseconds(50), stream.Time, cancellation);
            if (!Fill() && stream.ThrottledReads-- > 0) _batch.MillisBehindLatest = 5000;
            return _batch;
        }

        private bool Fill()
        {
            lock (stream._shards)
            {
                var records = stream._shards[shard];
                if (_next < records.Count) _next = Math.Max(0, _next - stream.Redelivered);
                for (; _next < records.Count && _batch.Count < stream.BatchSize; _next++)
                    _batch.Add(records[_next].Number, records[_next].ArrivalMicros, records[_next].Data);
                if (_next < records.Count) _batch.MillisBehindLatest = Math.Max(1, (stream.NowMicros - records[_next - 1].ArrivalMicros) / 1000);
            }

            return _batch.Count > 0;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private int BatchSize => recordsPerBatch;
}
