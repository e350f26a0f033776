namespace Streaming.Shared.Streams;

/// <summary>
/// A stream as its operator sees it: made, deleted and resharded. Whoever only reads or puts takes an <see cref="IRecordStream"/>.
/// A call returns when the change is complete; a reader or a producer that is open goes on through a reshard.
/// </summary>
public interface IManagedStream : IRecordStream
{
    /// <summary>Creates the stream with <paramref name="shardCount"/> shards of equal hash-key range; false if it is already there.</summary>
    /// <exception cref="StreamUnavailableException">The place cannot be reached or written.</exception>
    Task<bool> CreateAsync(int shardCount, CancellationToken cancellation);

    /// <summary>Deletes the stream with all its records; false if there was none.</summary>
    Task<bool> DeleteAsync(CancellationToken cancellation);

    /// <summary>Closes a shard and gives its hash keys to two children.</summary>
    /// <param name="newStartingHashKey">First hash key of the upper child; null for the middle of the range.</param>
    /// <exception cref="ReshardRefusedException">No such shard, it is closed, or the hash key does not cut it in two.</exception>
    Task SplitShardAsync(string shardId, UInt128? newStartingHashKey, CancellationToken cancellation);

    /// <summary>Closes two shards whose ranges touch and gives their hash keys to one child.</summary>
    /// <exception cref="ReshardRefusedException">No such shards, one is closed, or they are not adjacent.</exception>
    Task MergeShardsAsync(string shardId, string adjacentShardId, CancellationToken cancellation);

    /// <summary>Splits and merges until there are so many open shards of equal range; shards in between may be closed while they are empty.</summary>
    /// <exception cref="ReshardRefusedException">The stream cannot have so many shards.</exception>
    Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation);
}
