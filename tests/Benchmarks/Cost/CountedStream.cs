using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Tests.Benchmarks.Cost;

/// <summary>
/// A stream that behaves as Kinesis towards its callers (time an answer takes, pace of reads, refusals of single records possible) and
/// counts requests. One reader a shard: what was read is forgotten.
/// </summary>
internal sealed class CountedStream(int shardCount, TimeProvider time) : IRecordStream
{
    /// <summary>What a request takes within a region.</summary>
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(10);

    private readonly ShardMap _map = new("counted", ShardMap.Create(shardCount));
    private readonly Dictionary<string, Queue<(ulong Number, long ArrivalMicros, byte[] Data)>> _records = [];
    private ulong _last;

    public long PutRequests { get; private set; }

    public long GetRequests { get; private set; }

    public long Records { get; private set; }

    /// <summary>Of 25 kB begun, as provisioned streams charge them.</summary>
    public long PayloadUnits { get; private set; }

    public string Address => "counted";

    public bool RefusesSingleRecords => true;

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
        => Task.FromResult(new StreamDescription("counted", "1", DateTimeOffset.UnixEpoch));

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => Task.FromResult(_map.Shards);

    public async Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        PutRequests++;
        long now = Streaming.Shared.Ticks.IsoTime.ToMicros(time.GetUtcNow());
        for (int i = 0; i < batch.Count; i++)
        {
            Records++;
            PayloadUnits += (batch.Data(i).Length + batch.Key(i).Length + 24_999) / 25_000;
            Queue(_map.OwnerOf(HashKey.Of(batch.Key(i))).Id).Enqueue((++_last, now, batch.Data(i).ToArray()));
        }

        await Task.Delay(RoundTrip, time, cancellation);
        return PutReply.AllAccepted;
    }

    public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        => Task.FromResult<IShardReader>(new Reader(this, Queue(shardId), new ReadPace(new KinesisStreamOptions(), time)));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Queue<(ulong Number, long ArrivalMicros, byte[] Data)> Queue(string shard)
    {
        if (!_records.TryGetValue(shard, out var queue)) _records.Add(shard, queue = []);
        return queue;
    }

    private sealed class Reader(CountedStream stream, Queue<(ulong Number, long ArrivalMicros, byte[] Data)> records, ReadPace pace) : IShardReader
    {
        private readonly RecordBatch _batch = new();

        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            await pace.WaitAsync(cancellation);
            stream.GetRequests++;
            _batch.Clear();
            while (records.TryDequeue(out var record)) _batch.Add(SequenceNumber.FromUInt64(record.Number), record.ArrivalMicros, record.Data);
            pace.Observe(_batch);
            return _batch;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
