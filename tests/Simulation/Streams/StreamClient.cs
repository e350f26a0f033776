using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Network;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>One process' way to the stream: the record stream seam, with latency and faults.</summary>
/// <param name="clock">The process' own: a reader waits by it at the tip.</param>
/// <param name="log">Takes a line for the history.</param>
internal sealed class StreamClient(
    SimulatedStream stream, Wire wire, Faults faults, TimeProvider clock, TimeSpan pollInterval, Action<string> log) : IRecordStream
{
    /// <summary>Calls that this process saw fail.</summary>
    public int Failures { get; private set; }

    public string Address => stream.Name;

    public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation)
        => CallAsync($"create {shardCount} shards", () => stream.Create(shardCount), cancellation);

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
        => CallAsync("describe", () => stream.Description ?? throw new StreamNotFoundException(Address), cancellation);

    public Task<bool> DeleteAsync(CancellationToken cancellation) => CallAsync("delete stream", stream.Delete, cancellation);

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
        => CallAsync("list shards", () => Existing().Listed, cancellation);

    public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        (SimulatedShard Shard, int Next) start = await CallAsync(
            $"open {shardId} {from.Kind} {from.SequenceNumber}",
            () =>
            {
                SimulatedShard shard = Existing().Find(shardId);
                return (shard, shard.Find(from));
            },
            cancellation);
        return new ShardReader(this, start.Shard, from, start.Next);
    }

    public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
        => CallAsync($"put {batch.Count} records", () =>
        {
            for (int i = 0; i < batch.Count; i++) Existing().Put(batch.Key(i), batch.Data(i));
            return PutReply.AllAccepted;
        }, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SimulatedStream Existing() => stream.Description is null ? throw new StreamNotFoundException(Address) : stream;

    private Task<T> CallAsync<T>(string what, Func<T> carryOut, CancellationToken cancellation, int slowness = 1)
        => wire.CallAsync(faults.OfRead(slowness), carryOut, why =>
        {
            Failures++;
            log($"{what} failed: {why}");
            return new StreamUnavailableException($"{Address}: {what}: {why}");
        }, cancellation);

    /// <param name="from">Where it begins again if its place expires before it has read a record.</param>
    private sealed class ShardReader(StreamClient client, SimulatedShard shard, StreamPosition from, int first) : IShardReader
    {
        private readonly RecordBatch _batch = new();
        private StreamPosition _position = from;
        private int _next = first;

        // Where it stood before it was set back to deliver again: only what it has not reached can be lost to it.
        private int _reached = first;
        private bool _isBusy;
        private bool _isAtTip;

        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            if (_isBusy) throw new ViolationException("misuse", $"{shard.Id}: a reader is asked again before it has answered");
            _isBusy = true;
            try
            {
                _batch.Clear();
                if (_isAtTip) await Task.Delay(client.PollInterval, client.Clock, cancellation);
                Answer answer;
                while ((answer = await client.CallAsync($"read {shard.Id}", Take, cancellation, shard.Slowness)).IsExpired) await RenewAsync(cancellation);
                Fill(answer);
                return _batch;
            }
            finally
            {
                _isBusy = false;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task RenewAsync(CancellationToken cancellation)
        {
            client.Log($"read {shard.Id}: its place has expired");
            _next = _reached = await client.CallAsync($"begin {shard.Id} again", () => shard.Find(_position), cancellation);
        }

        private Answer Take()
        {
            if (client.Faults.IsExpired) return new Answer(0, 0, IsEnd: false) { IsExpired = true };
            if (_reached < shard.Trimmed) throw new StreamDataLossException($"{shard.Id}: records from {_reached} to {shard.Trimmed} are trimmed.");
            _next = Math.Max(shard.Trimmed, _next - client.Faults.Redelivered);
            int left = shard.Count - _next;
            if (left > 0 && client.Faults.IsThrottled) return new Answer(0, 5000, IsEnd: false);
            int count = Math.Min(left, client.Faults.BatchSize);
            if (count < left) return new Answer(count, Math.Max(1, (shard[shard.Count - 1].ArrivalMicros - shard[_next].ArrivalMicros) / 1000), IsEnd: false);
            return new Answer(count, 0, IsEnd: shard.Description.IsClosed && (count == 0 || !client.Faults.EndComesAlone));
        }

        private void Fill(Answer answer)
        {
            for (int i = 0; i < answer.Count; i++, _next++) _batch.Add(shard[_next].Number, shard[_next].ArrivalMicros, shard[_next].Data);
            _reached = Math.Max(_reached, _next);
            // What is delivered again may be older than what the reader began behind.
            if (_batch.Count > 0 && _batch[_batch.Count - 1].SequenceNumber > _position.SequenceNumber)
                _position = StreamPosition.After(_batch[_batch.Count - 1].SequenceNumber);
            _batch.MillisBehindLatest = answer.MillisBehindLatest;
            _batch.IsEndOfShard = answer.IsEnd;
            _isAtTip = answer.MillisBehindLatest == 0;
            if (answer.Count > 0 || answer.IsEnd) client.Log($"read {shard.Id}: {answer.Count} to {_next - 1}{(answer.IsEnd ? ", its end" : "")}");
        }

        private readonly record struct Answer(int Count, long MillisBehindLatest, bool IsEnd)
        {
            public bool IsExpired { get; init; }
        }
    }

    private TimeSpan PollInterval => pollInterval;

    private TimeProvider Clock => clock;

    private Faults Faults => faults;

    private Action<string> Log => log;
}
