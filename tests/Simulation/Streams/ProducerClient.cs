using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Network;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>
/// The producer's way to the stream: a put may be taken in part, or its outcome be unknown, and then it is done again, as Kinesis'
/// client does. Reads nothing.
/// </summary>
/// <param name="log">Takes a line for the history.</param>
internal sealed class ProducerClient(SimulatedStream stream, Wire wire, Faults faults, Action<string> log) : IRecordStream
{
    public string Address => stream.Name;

    public bool RefusesSingleRecords => true;

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation) => Task.FromResult(stream.Description!);

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation) => Task.FromResult(stream.Listed);

    public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        => throw new NotSupportedException("A producer reads nothing.");

    public async Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        // Copied, because the caller uses its batch again while a put may still be carried out.
        (byte[] Key, byte[] Data)[] records = [.. Enumerable.Range(0, batch.Count).Select(i => (batch.Key(i).ToArray(), batch.Data(i).ToArray()))];
        for (int attempts = 1; ; attempts++)
        {
            try
            {
                List<RefusedRecord> refused = await wire.CallAsync(
                    faults.OfRecordPut(), () => Take(records), why => new StreamUnavailableException(why), cancellation);
                return new PutReply(refused) { PossiblyRepeated = attempts == 1 ? 0 : records.Length - refused.Count };
            }
            catch (StreamUnavailableException unknown)
            {
                log($"puts {records.Length} records again: {unknown.Message}");
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<RefusedRecord> Take((byte[] Key, byte[] Data)[] records)
    {
        var refused = new List<RefusedRecord>();
        for (int i = 0; i < records.Length; i++)
        {
            if (faults.RefusesRecord) refused.Add(new RefusedRecord(i, "ProvisionedThroughputExceededException"));
            else stream.Put(records[i].Key, records[i].Data);
        }

        if (refused.Count > 0) log($"is refused {refused.Count} of {records.Length} records");
        return refused;
    }
}
