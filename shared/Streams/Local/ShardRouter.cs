namespace Streaming.Shared.Streams.Local;

/// <summary>
/// Finds the open shard that a partition key belongs to. Built once per list of shards. Not thread-safe: it remembers the keys last
/// asked for, because their MD5 costs more than all the rest of putting a record.
/// </summary>
internal sealed class ShardRouter
{
    /// <summary>Keys remembered at most, a power of two; one that finds its slot taken takes it over.</summary>
    private const int Slots = 32_768;

    private readonly (byte[]? Key, int Shard)[] _known = new (byte[]? Key, int Shard)[Slots];
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
        ref (byte[]? Key, int Shard) slot = ref _known[Crc32C.Compute(0, partitionKey) & (Slots - 1)];
        if (slot.Key is null || !partitionKey.SequenceEqual(slot.Key)) slot = (partitionKey.ToArray(), Find(partitionKey));
        return slot.Shard;
    }

    private int Find(ReadOnlySpan<byte> partitionKey)
    {
        int found = Array.BinarySearch(_starts, HashKey.Of(partitionKey));
        return _shards[found >= 0 ? found : ~found - 1];
    }
}
