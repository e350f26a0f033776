using System.Text;
using Streaming.Shared.Streams;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>One stream of the fake: its shards, and what splits and merges make of them. Guarded by the fake's lock.</summary>
public sealed class FakeKinesisStream
{
    public FakeKinesisStream(string name, int shardCount, long createdMillis, Func<long> nextNumber)
    {
        (Name, CreatedMillis, NextNumber) = (name, createdMillis, nextNumber);
        for (int i = 0; i < shardCount; i++)
        {
            (UInt128 start, UInt128 end) = HashKey.Range(i, shardCount);
            Add([], start, end);
        }
    }

    public string Name { get; }

    public string Arn => $"arn:aws:kinesis:us-east-1:000000000000:stream/{Name}";

    public long CreatedMillis { get; }

    public List<FakeShard> Shards { get; } = [];

    public int RetentionHours { get; set; } = 24;

    /// <summary>So many looks at the stream from now on say that it is being resharded.</summary>
    public int UpdatingLooks { get; set; }

    public Func<long> NextNumber { get; }

    public FakeShard Shard(string id) => Shards.Find(shard => shard.Id == id)
        ?? throw new FakeKinesisError("ResourceNotFoundException", $"Shard {id} in stream {Name} under account 000000000000 does not exist");

    public FakeShard Owner(string key)
    {
        UInt128 hash = HashKey.Of(Encoding.UTF8.GetBytes(key));
        return Shards.Find(shard => shard.ClosedAt is null && shard.Owns(hash))!;
    }

    public void Split(string id, UInt128 newStart)
    {
        FakeShard parent = Open(id);
        if (newStart <= parent.StartHash + 1 || newStart >= parent.EndHash) throw new FakeKinesisError("InvalidArgumentException", "NewStartingHashKey is not inside the shard");
        parent.ClosedAt = NextNumber();
        Add([id], parent.StartHash, newStart - 1);
        Add([id], newStart, parent.EndHash);
    }

    public void Merge(string id, string adjacentId)
    {
        FakeShard one = Open(id);
        FakeShard other = Open(adjacentId);
        if (one.StartHash > other.StartHash) (one, other) = (other, one);
        if (one.EndHash + 1 != other.StartHash) throw new FakeKinesisError("InvalidArgumentException", "The shards are not adjacent");
        one.ClosedAt = other.ClosedAt = NextNumber();
        Add([id, adjacentId], one.StartHash, other.EndHash);
    }

    /// <summary>In equal parts at the end, by as many splits and merges as it takes.</summary>
    public void UpdateShardCount(int count)
    {
        int open = Shards.Count(shard => shard.ClosedAt is null);
        if (count > open * 2 || count * 2 < open) throw new FakeKinesisError("InvalidArgumentException", $"{open} shards can become {(open + 1) / 2} to {open * 2}, not {count}");
        for (int i = 1; i < count; i++)
        {
            UInt128 start = HashKey.Range(i, count).Start;
            if (Shards.Find(shard => shard.ClosedAt is null && shard.StartHash < start && start <= shard.EndHash) is { } wide) Split(wide.Id, start);
        }

        for (int i = 0; i < count; i++)
        {
            UInt128 start = HashKey.Range(i, count).Start;
            while (Shards.Find(shard => shard.ClosedAt is null && shard.StartHash == start) is { } part && part.EndHash != HashKey.Range(i, count).End)
                Merge(part.Id, Shards.Find(next => next.ClosedAt is null && next.StartHash == part.EndHash + 1)!.Id);
        }
    }

    private FakeShard Open(string id) => Shard(id) is { ClosedAt: null } shard
        ? shard
        : throw new FakeKinesisError("InvalidArgumentException", $"Shard {id} has already been merged or split, and thus is not eligible for merging or splitting");

    private void Add(string[] parents, UInt128 start, UInt128 end) => Shards.Add(new FakeShard($"shardId-{Shards.Count:D12}", parents, start, end, NextNumber()));
}
