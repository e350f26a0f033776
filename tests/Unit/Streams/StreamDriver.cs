using System.Text;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Streams;

/// <summary>A record as a test remembers it.</summary>
internal readonly record struct Seen(SequenceNumber Position, long ArrivalMicros, string Text)
{
    /// <summary>The position in a local stream, where it counts records.</summary>
    public ulong Number => Position.ToUInt64();
}

/// <summary>Puts and reads text, so that tests speak of records and not of buffers.</summary>
internal static class StreamDriver
{
    public static PutBatch Batch(params (string Key, string Text)[] records)
    {
        var batch = new PutBatch();
        foreach ((string key, string text) in records) batch.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));
        return batch;
    }

    public static async Task PutAsync(this IRecordStream stream, params (string Key, string Text)[] records)
        => Assert.Empty((await stream.PutAsync(Batch(records), default)).Refused);

    /// <summary>Everything from there to the tip.</summary>
    public static async Task<List<Seen>> ReadAllAsync(this IRecordStream stream, string shardId, StreamPosition? from = null)
    {
        await using IShardReader reader = await stream.OpenReaderAsync(shardId, from ?? StreamPosition.TrimHorizon, default);
        return await reader.ReadToTipAsync();
    }

    public static async Task<List<Seen>> ReadToTipAsync(this IShardReader reader)
    {
        var seen = new List<Seen>();
        await reader.ReadToTipAsync(seen);
        return seen;
    }

    /// <summary>True if the shard ends there.</summary>
    public static async Task<bool> ReadToTipAsync(this IShardReader reader, List<Seen> seen)
    {
        for (var limit = new TimeLimit("the shard's tip"); ; limit.Check())
        {
            RecordBatch batch = await reader.ReadAsync(default);
            seen.AddRange(batch);
            if (batch.MillisBehindLatest == 0) return batch.IsEndOfShard;
        }
    }

    /// <summary>Reads all shards as a consumer does, a child once its parents are at their end; on from the tip until it is done.</summary>
    public static async Task<List<Seen>> FollowAsync(this IRecordStream stream, CancellationToken done)
    {
        var seen = new List<Seen>();
        var readers = new Dictionary<string, IShardReader>();
        var ended = new HashSet<string>();
        for (var limit = new TimeLimit("the end of every shard"); ; limit.Check())
        {
            bool isLast = done.IsCancellationRequested;
            int endedBefore = ended.Count;
            foreach (Shard shard in await stream.ListShardsAsync(default))
            {
                if (ended.Contains(shard.Id) || !shard.ParentIds.All(ended.Contains)) continue;
                if (!readers.TryGetValue(shard.Id, out IShardReader? reader))
                    readers.Add(shard.Id, reader = await stream.OpenReaderAsync(shard.Id, StreamPosition.TrimHorizon, default));
                if (await reader.ReadToTipAsync(seen)) ended.Add(shard.Id);
            }

            if (!isLast || ended.Count > endedBefore) continue;
            foreach (IShardReader reader in readers.Values) await reader.DisposeAsync();
            return seen;
        }
    }

    public static void AddRange(this List<Seen> seen, RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
            seen.Add(new Seen(batch[i].SequenceNumber, batch[i].ArrivalMicros, Encoding.UTF8.GetString(batch[i].Data)));
    }

    public static IEnumerable<string> Texts(this IEnumerable<Seen> seen) => seen.Select(record => record.Text);

    public static Shard ShardOf(this IEnumerable<Shard> shards, string key)
    {
        UInt128 hash = HashKey.Of(Encoding.UTF8.GetBytes(key));
        return shards.Single(shard => shard.Owns(hash));
    }
}
