namespace Streaming.Shared.Streams;

/// <summary>
/// The record stream seam: an ordered, sharded log of byte records. Kinesis on AWS, a folder on one machine.
/// Order holds within a shard, by sequence number; a record's shard follows from the MD5 of its partition key. When shards are split or
/// merged, order per key holds from parent to child.
/// </summary>
public interface IRecordStream : IAsyncDisposable
{
    /// <summary>The address as a user would type it, for messages: <c>./data/stream</c> or <c>kinesis://stock_stream</c>.</summary>
    string Address { get; }

    /// <summary>
    /// True if a put may refuse single records and take later ones of the same request. Whoever needs the order of a key then puts
    /// one record of it at a time.
    /// </summary>
    bool RefusesSingleRecords => false;

    /// <summary>Name and creation id. A stream that was deleted and created again has another id.</summary>
    /// <exception cref="StreamNotFoundException">There is no stream at this address.</exception>
    Task<StreamDescription> DescribeAsync(CancellationToken cancellation);

    /// <summary>All shards that can still be read, closed ones too.</summary>
    Task<IReadOnlyList<Shard>> ListShardsAsync(CancellationToken cancellation);

    /// <summary>A reader of one shard, which begins at <paramref name="from"/>.</summary>
    /// <exception cref="StreamDataLossException">The position is older than the oldest record that is still there.</exception>
    Task<IShardReader> OpenReaderAsync(string shardId, StreamPosition from, CancellationToken cancellation);

    /// <summary>
    /// Puts a batch. When it returns, every record that it does not report as refused is durable.
    /// Throws when the outcome of the whole batch is unknown or it failed as a whole.
    /// </summary>
    Task<PutReply> PutAsync(PutBatch batch, CancellationToken cancellation);
}

/// <summary>Reads one shard forward. Not thread-safe: one pull loop owns it.</summary>
public interface IShardReader : IAsyncDisposable
{
    /// <summary>
    /// The next batch: as soon as there are records, or empty after about one poll interval at the tip.
    /// The batch is the reader's own and valid until the next call.
    /// </summary>
    /// <exception cref="StreamDataLossException">A gap: records that were promised are gone.</exception>
    ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation);
}

/// <param name="Name">The stream's name: on Kinesis the name, locally the folder's.</param>
/// <param name="CreationId">Differs between two streams of one name, of which one was deleted before the other was made.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record StreamDescription(string Name, string CreationId, DateTimeOffset CreatedAt);

/// <param name="Id"><c>shardId-000000000000</c>.</param>
/// <param name="ParentIds">None for a first shard, one after a split, two after a merge.</param>
/// <param name="StartHash">First MD5 hash key (as unsigned 128-bit big-endian) of the shard's range.</param>
/// <param name="EndHash">Last hash key of the range, inclusive.</param>
/// <param name="IsClosed">True once the shard was split or merged: it takes no records any more but can be read to its end.</param>
public sealed record Shard(string Id, IReadOnlyList<string> ParentIds, UInt128 StartHash, UInt128 EndHash, bool IsClosed)
{
    public bool Owns(UInt128 hashKey) => StartHash <= hashKey && hashKey <= EndHash;
}

/// <summary>What a put came to. Records that are not among <see cref="Refused"/> are durable.</summary>
public sealed record PutReply(IReadOnlyList<RefusedRecord> Refused)
{
    public static PutReply AllAccepted { get; } = new([]);

    /// <summary>Records that may stand in the stream twice, because an attempt whose outcome is unknown was made again.</summary>
    public int PossiblyRepeated { get; init; }
}

/// <param name="Index">Index in the batch.</param>
/// <param name="ErrorCode">The service's own word, for instance <c>ProvisionedThroughputExceededException</c>.</param>
public sealed record RefusedRecord(int Index, string ErrorCode);
