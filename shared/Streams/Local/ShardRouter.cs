namespace Streaming.Shared.Streams.Local;

/// <summary>Finds the open shard that a partition key belongs to. Built once per list of shards.</summary>
internal sealed class ShardRouter
{
    private readonly UInt128[] _starts;
    private readonly int[] _shards;

    /// <param name="openShards">Index in the stream's list and first hash key of every open shard; together they cover all hash keys.</param>
    public ShardRouter(IEnumerable<(int Index, UInt128 StartHash)> openShards)
    {
        (int Index, UInt128 StartHash)[] sorted = [.. openShards.OrderBy(shard => shard.StartHash)];
        _starts = [.. sorted.Select(shard => shard.StartHash)];
        _shards = [.. sorted.Select(shard => shard.Index)];
    }

    public int ShardOf(ReadOnlySpan<byte> partitionKey)
    {
        int found = Array.BinarySearch(_starts, HashKey.Of(partitionKey));
        return _shards[found >= 0 ? found : ~found - 1];
    }
}
