using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.Simulation.Network;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>
/// One process' way to the stream: the record stream seam, with latency and faults. Shards are read by the real reader of Kinesis, whose calls are
/// answered here in the service's JSON.
/// </summary>
/// <param name="clock">The process' own: a reader waits by it at the tip.</param>
/// <param name="log">Takes a line for the history.</param>
internal sealed class StreamClient(
    SimulatedStream stream, Wire wire, Faults faults, TimeProvider clock, TimeSpan pollInterval, Action<string> log) : IRecordStream, IShardReads
{
    private readonly KinesisStreamOptions _options = new()
    {
        BehindPollInterval = TimeSpan.FromMilliseconds(1),
        TipPollInterval = pollInterval,
        BytesPerSecond = 1e9,
    };

    /// <summary>Calls that this process saw fail.</summary>
    public int Failures { get; private set; }

    /// <summary>Told of each shard that is about to be read.</summary>
    public Action<string> Reading { get; init; } = _ => { };

    public string Address => stream.Name;

    public Task<bool> CreateAsync(int shardCount, CancellationToken cancellation)
        => CallAsync($"create {shardCount} shards", () => stream.Create(shardCount), cancellation);

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
        => CallAsync("describe", () => stream.Description ?? throw new StreamNotFoundException(Address), cancellation);

    public Task<bool> DeleteAsync(CancellationToken cancellation) => CallAsync("delete stream", stream.Delete, cancellation);

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
        => CallAsync("list shards", () => Existing().Listed, cancellation);

    public async Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        => new Reader(shardId, await KinesisShardReader.OpenAsync(this, _options, clock, shardId, from, cancellation));

    public Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
        => CallAsync($"put {batch.Count} records", () =>
        {
            for (int i = 0; i < batch.Count; i++) Existing().Put(batch.Key(i), batch.Data(i));
            return PutReply.AllAccepted;
        }, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    DateTimeOffset IShardReads.Now => stream.Now;

    Task<string> IShardReads.GetShardIteratorAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        => CallAsync($"begin {shardId} {from.Kind} {from.SequenceNumber}", () => Iterator(shardId, Existing().Find(shardId).Find(from)), cancellation);

    async Task IShardReads.GetRecordsAsync(string iterator, int limit, ResponseBuffer answer, CancellationToken cancellation)
    {
        string[] place = iterator.Split(' ');
        Reading(place[0]);
        int next = int.Parse(place[1], CultureInfo.InvariantCulture);
        int slowness = stream.Shards.First(shard => shard.Id == place[0]).Slowness;
        answer.Fill(await CallAsync($"read {place[0]}", () => Answer(Existing().Find(place[0]), next, limit), cancellation, slowness));
    }

    Task<bool> IShardReads.IsClosedAsync(string shardId, CancellationToken cancellation)
        => CallAsync("list shards", () => Existing().Find(shardId).Description.IsClosed, cancellation);

    Task<bool> IShardReads.IsWithinRetentionAsync(string shardId, long? micros, CancellationToken cancellation)
        => CallAsync("ask for the retention", () => micros is { } at && Existing().Find(shardId).Retains(at), cancellation);

    Task<Exception> IShardReads.FailReadAsync(AwsException e, string shardId, CancellationToken cancellation)
        => Task.FromResult<Exception>(new StreamUnavailableException($"{Address}, {shardId}: {e.Message}", e));

    private SimulatedStream Existing() => stream.Description is null ? throw new StreamNotFoundException(Address) : stream;

    private static string Iterator(string shardId, int next) => string.Create(CultureInfo.InvariantCulture, $"{shardId} {next}");

    private Task<T> CallAsync<T>(string what, Func<T> carryOut, CancellationToken cancellation, int slowness = 1)
        => wire.CallAsync(faults.OfRead(slowness), carryOut, why =>
        {
            Failures++;
            log($"{what} failed: {why}");
            return new StreamUnavailableException($"{Address}: {what}: {why}");
        }, cancellation);

    /// <param name="next">Index of the record that the iterator stands before.</param>
    private byte[] Answer(SimulatedShard shard, int next, int limit)
    {
        // What it stands before is gone: by the service's rules it has expired long before that.
        if (faults.IsExpired || next < shard.Trimmed)
        {
            Failures++;
            throw new AwsException(AwsReaction.RenewIterator, "ExpiredIteratorException", "Iterator expired.");
        }

        next = Math.Max(shard.Trimmed, next - faults.Redelivered);
        int left = shard.Count - next;
        bool isThrottled = left > 0 && faults.IsThrottled;
        int count = isThrottled ? 0 : Math.Min(limit, Math.Min(left, faults.BatchSize));
        bool isEnd = count == left && !isThrottled && shard.Description.IsClosed && (count == 0 || !faults.EndComesAlone);
        bool hasRecords = !faults.MissesRecords, hasIterator = !isEnd && !faults.MissesIterator;
        if (!hasRecords) Failures++;
        if (count > 0 || isEnd || !hasRecords || !hasIterator)
            log($"read {shard.Id}: {count} to {next + count - 1}{(isEnd ? ", its end" : "")}{(hasRecords ? "" : ", without records")}{(hasIterator || isEnd ? "" : ", without an iterator")}");

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            if (hasRecords) WriteRecords(json, shard, next, count);
            json.WriteNumber("MillisBehindLatest", isThrottled ? 5000 : count == left ? 0 : Math.Max(1, (shard[shard.Count - 1].ArrivalMicros - shard[next].ArrivalMicros) / 1000));
            // Also without records it stands behind those that the answer should have had.
            if (hasIterator) json.WriteString("NextShardIterator", Iterator(shard.Id, next + count));
            if (isEnd && !faults.MissesIterator) WriteChildren(json, shard);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    private static void WriteRecords(Utf8JsonWriter json, SimulatedShard shard, int next, int count)
    {
        json.WriteStartArray("Records");
        for (int i = next; i < next + count; i++)
        {
            json.WriteStartObject();
            json.WriteString("SequenceNumber", shard[i].Number.ToString());
            if (shard[i].TellsArrival) json.WriteNumber("ApproximateArrivalTimestamp", shard[i].ArrivalMicros / 1_000_000m);
            json.WriteBase64String("Data", shard[i].Data);
            json.WriteString("PartitionKey", "key");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteChildren(Utf8JsonWriter json, SimulatedShard shard)
    {
        json.WriteStartArray("ChildShards");
        foreach (SimulatedShard child in stream.Shards.Where(child => child.Description.ParentIds.Contains(shard.Id)))
        {
            json.WriteStartObject();
            json.WriteString("ShardId", child.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Sees that its caller waits for an answer before it asks again.</summary>
    private sealed class Reader(string shardId, IShardReader reader) : IShardReader
    {
        private bool _isBusy;

        public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
        {
            if (_isBusy) throw new ViolationException("misuse", $"{shardId}: a reader is asked again before it has answered");
            _isBusy = true;
            try
            {
                return await reader.ReadAsync(cancellation);
            }
            finally
            {
                _isBusy = false;
            }
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
