namespace Streaming.Shared.Streams;

/// <summary>
/// The shards of a stream, closed ones too, and what splits and merges make of them: the rules of Kinesis. Plain data; whoever keeps
/// the stream makes a change take effect, and throws the map away if one is refused half-way.
/// </summary>
/// <param name="address">The stream's, for messages.</param>
/// <param name="shards">All that the stream ever had, oldest first: a new shard's id is their number.</param>
public sealed class ShardMap(string address, IEnumerable<Shard> shards)
{
    /// <summary>Most shards of a stream that is kept here, closed ones too.</summary>
    public const int MaxShards = 10_000;

    private readonly List<Shard> _shards = [.. shards];

    public IReadOnlyList<Shard> Shards => _shards;

    /// <summary>The open shards in the order of their ranges.</summary>
    public IReadOnlyList<Shard> Open => [.. _shards.Where(shard => !shard.IsClosed).OrderBy(shard => shard.StartHash)];

    /// <summary>A new stream's shards, of equal range.</summary>
    public static IEnumerable<Shard> Create(int count) => Enumerable.Range(0, count).Select(i =>
    {
        (UInt128 start, UInt128 end) = HashKey.Range(i, count);
        return new Shard(IdOf(i), [], start, end, IsClosed: false);
    });

    /// <summary>The open shard that a hash key belongs to.</summary>
    public Shard OwnerOf(UInt128 hash) => _shards.Find(shard => !shard.IsClosed && shard.Owns(hash))
        ?? throw new InvalidOperationException($"{address}: no open shard owns hash key {hash}.");

    /// <summary>True if there are so many open shards, each with its equal part of the hash keys.</summary>
    public bool IsUniform(int count) => Open.Select(shard => (shard.StartHash, shard.EndHash)).SequenceEqual(Enumerable.Range(0, count).Select(i => HashKey.Range(i, count)));

    /// <summary>Where a split cuts the shard: the first hash key of its upper child.</summary>
    /// <param name="wanted">Null for the middle.</param>
    /// <exception cref="ReshardRefusedException">No such shard, it is closed, or nothing is cut off there.</exception>
    public UInt128 SplitPoint(string shardId, UInt128? wanted)
    {
        Shard shard = Find(shardId);
        // The service wants two hash keys on either side.
        if (shard.EndHash - shard.StartHash < 3) throw new ReshardRefusedException($"{address}: {shardId} is too small to be split: it has the hash keys {shard.StartHash} to {shard.EndHash}.");
        UInt128 point = wanted ?? shard.StartHash + ((shard.EndHash - shard.StartHash) / 2) + 1;
        return point > shard.StartHash + 1 && point < shard.EndHash
            ? point
            : throw new ReshardRefusedException($"{address}: {shardId} cannot be split at hash key {point}. Give one from {shard.StartHash + 2} to {shard.EndHash - 1}.");
    }

    /// <summary>Two shards that a merge can join, the one with the lower range first.</summary>
    /// <exception cref="ReshardRefusedException">No such shards, one is closed, or they are not adjacent.</exception>
    public (Shard Lower, Shard Upper) Neighbours(string shardId, string adjacentShardId)
    {
        (Shard lower, Shard upper) = (Find(shardId), Find(adjacentShardId));
        if (lower.StartHash > upper.StartHash) (lower, upper) = (upper, lower);
        return lower.EndHash < upper.StartHash && lower.EndHash + 1 == upper.StartHash
            ? (lower, upper)
            : throw new ReshardRefusedException($"{address}: {shardId} and {adjacentShardId} are not adjacent; only shards whose ranges touch can be merged.");
    }

    /// <inheritdoc cref="IManagedStream.SplitShardAsync"/>
    public void Split(string shardId, UInt128? newStartingHashKey) => Cut(Find(shardId), SplitPoint(shardId, newStartingHashKey));

    /// <inheritdoc cref="IManagedStream.MergeShardsAsync"/>
    public Shard Merge(string shardId, string adjacentShardId)
    {
        (Shard lower, Shard upper) = Neighbours(shardId, adjacentShardId);
        Close(lower);
        Close(upper);
        return Add([lower.Id, upper.Id], lower.StartHash, upper.EndHash);
    }

    /// <inheritdoc cref="IManagedStream.UpdateShardCountAsync"/>
    public void UpdateShardCount(int count)
    {
        if (count is < 1 or > MaxShards) throw new ReshardRefusedException($"{address} cannot have {count} shards; give 1 to {MaxShards}.");
        (UInt128 Start, UInt128 End)[] ranges = [.. Enumerable.Range(0, count).Select(i => HashKey.Range(i, count))];
        SplitAt([.. ranges.Select(range => range.Start)]);
        var open = new Queue<Shard>(Open);
        foreach ((_, UInt128 end) in ranges)
        {
            var parts = new List<Shard>();
            while (open.TryPeek(out Shard? part) && part.EndHash <= end) parts.Add(open.Dequeue());
            MergeAll(parts);
        }
    }

    private static string IdOf(int index) => $"shardId-{index:D12}";

    // The one in the middle first: a reader has fewer generations to go through.
    private void SplitAt(ReadOnlySpan<UInt128> starts)
    {
        if (starts.IsEmpty) return;
        int middle = starts.Length / 2;
        Shard owner = OwnerOf(starts[middle]);
        if (owner.StartHash != starts[middle]) Cut(owner, starts[middle]);
        SplitAt(starts[..middle]);
        SplitAt(starts[(middle + 1)..]);
    }

    private void Cut(Shard parent, UInt128 point)
    {
        Close(parent);
        Add([parent.Id], parent.StartHash, point - 1);
        Add([parent.Id], point, parent.EndHash);
    }

    // Neighbour with neighbour, round by round, for the same reason.
    private void MergeAll(List<Shard> parts)
    {
        while (parts.Count > 1)
        {
            for (int i = 0; i + 1 < parts.Count; i++)
            {
                parts[i] = Merge(parts[i].Id, parts[i + 1].Id);
                parts.RemoveAt(i + 1);
            }
        }
    }

    private Shard Find(string shardId)
    {
        Shard shard = _shards.Find(shard => shard.Id == shardId) ?? throw new ReshardRefusedException(
            $"{address} has no shard {shardId}. Open are {string.Join(", ", Open.Take(8).Select(open => open.Id))}{(Open.Count > 8 ? ", ..." : "")}.");
        if (!shard.IsClosed) return shard;
        string[] children = [.. _shards.Where(child => child.ParentIds.Contains(shardId)).Select(child => child.Id)];
        throw new ReshardRefusedException($"{address}: {shardId} is closed: it was split or merged into {string.Join(" and ", children)}.");
    }

    private void Close(Shard shard) => _shards[_shards.IndexOf(shard)] = shard with { IsClosed = true };

    private Shard Add(string[] parentIds, UInt128 start, UInt128 end)
    {
        if (_shards.Count == MaxShards)
            throw new ReshardRefusedException($"{address} has had {MaxShards} shards, closed ones too, and can have no more. Replay into a new stream.");
        var child = new Shard(IdOf(_shards.Count), parentIds, start, end, IsClosed: false);
        _shards.Add(child);
        return child;
    }
}
