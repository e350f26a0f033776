using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>A stream of one shard that gives the same ticks of one minute over and over, each time with new sequence numbers, as fast as they are taken.</summary>
internal sealed class EndlessTicks(RecordBatch[] ticks, long records) : IRecordStream
{
    private static readonly Shard Only = new("shardId-000000000000", [], UInt128.MinValue, UInt128.MaxValue, IsClosed: true);

    public string Address => "endless";

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => Task.FromResult(new StreamDescription(Address, "1", DateTimeOffset.UnixEpoch));

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Shard>>([Only]);

    public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation) => Task.FromResult<IShardReader>(new Reader(ticks, records));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Reader(RecordBatch[] ticks, long records) : IShardReader
    {
        /// <summary>The day after the ticks, and before any run.</summary>
        private static readonly long ArrivalMicros = IsoTime.ToMicros(new DateTimeOffset(2024, 1, 3, 0, 0, 0, TimeSpan.Zero));

        private readonly RecordBatch _batch = new();
        private ulong _number;
        private int _next;

        public ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            _batch.Clear();
            RecordBatch source = ticks[_next++ % ticks.Length];
            for (int i = 0; i < source.Count && _number < (ulong)records; i++)
            {
                StreamRecord record = source[i];
                _batch.Add(SequenceNumber.FromUInt64(++_number), ArrivalMicros, record.Data);
            }

            _batch.IsEndOfShard = _number == (ulong)records;
            _batch.MillisBehindLatest = _batch.IsEndOfShard ? 0 : 1;
            return ValueTask.FromResult(_batch);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
