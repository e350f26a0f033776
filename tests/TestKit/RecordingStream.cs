using System.Text;
using Streaming.Shared.Streams;

namespace Streaming.Tests.TestKit;

/// <summary>Takes records, and remembers them with the time of their put. May refuse some.</summary>
public sealed class RecordingStream(TimeProvider time) : IRecordStream
{
    public List<RecordedPut> Records { get; } = [];

    /// <summary>Sizes of the batches.</summary>
    public List<int> Batches { get; } = [];

    /// <summary>Asked for every record of every put; true refuses it.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>Called with every put, before its records are taken.</summary>
    public Func<Task> OnPut { get; set; } = () => Task.CompletedTask;

    public string Address => "recording";

    public IEnumerable<string> Data => Records.Select(record => record.Data);

    public async Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation)
    {
        Batches.Add(batch.Count);
        await OnPut();
        var refused = new List<RefusedRecord>();
        for (int i = 0; i < batch.Count; i++)
        {
            string data = Encoding.UTF8.GetString(batch.Data(i));
            if (Refuses(data)) refused.Add(new RefusedRecord(i, "ProvisionedThroughputExceededException"));
            else Records.Add(new RecordedPut(Encoding.UTF8.GetString(batch.Key(i)), data, time.GetUtcNow()));
        }

        return new PutReply(refused);
    }

    public Task<StreamDescription> DescribeAsync(CancellationToken cancellation)
        => Task.FromResult(new StreamDescription(Address, "1", DateTimeOffset.UnixEpoch));

    public Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation)
        => Task.FromResult<IReadOnlyList<Shard>>([new Shard("shardId-000000000000", [], UInt128.Zero, UInt128.MaxValue, false)]);

    public Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation)
        => throw new NotSupportedException("This stream is only written.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed record RecordedPut(string Key, string Data, DateTimeOffset At);
