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
        if (newStart <= parent.StartHash || newStart > parent.EndHash) throw new FakeKinesisError("InvalidArgumentException", "NewStartingHashKey is not inside the shard");
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

    /// <summary>As the service does it: by splits and merges, in equal parts at the end.</summary>
    public void UpdateShardCount(int count)
    {
        FakeShard[] open = [.. Shards.Where(shard => shard.ClosedAt is null).OrderBy(shard => shard.StartHash)];
        if (count == open.Length * 2)
        {
            foreach (FakeShard shard in open) Split(shard.Id, shard.StartHash + ((shard.EndHash - shard.StartHash) / 2) + 1);
        }
        else if (count * 2 == open.Length)
        {
            for (int i = 0; i < open.Length; i += 2) Merge(open[i].Id, open[i + 1].Id);
        }
        else
        {
            throw new FakeKinesisError("InvalidArgumentException", "The fake can only double or halve");
        }
    }

    private FakeShard Open(string id) => Shard(id) is { ClosedAt: null } shard
        ? shard
        : throw new FakeKinesisError("ResourceInUseException", $"Shard {id} is closed");

    private void Add(string[] parents, UInt128 start, UInt128 end) => Shards.Add(new FakeShard($"shardId-{Shards.Count:D12}", parents, start, end, NextNumber()));
}
