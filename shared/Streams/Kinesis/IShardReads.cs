using Streaming.Shared.Aws;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>The calls that reading a shard takes. The simulator has a second implementation, which answers in the service's own JSON.</summary>
internal interface IShardReads
{
    /// <summary>The stream's address, for messages.</summary>
    string Address { get; }

    /// <summary>The service's time, as far as it is known.</summary>
    DateTimeOffset Now { get; }

    Task<string> GetShardIteratorAsync(string shardId, StreamPosition from, CancellationToken cancellation);

    /// <param name="limit">1 to 10,000 records.</param>
    Task GetRecordsAsync(string iterator, int limit, ResponseBuffer answer, CancellationToken cancellation);

    /// <summary>The listing says that the shard takes no records any more.</summary>
    Task<bool> IsClosedAsync(string shardId, CancellationToken cancellation);

    /// <summary>True if a record of the shard that arrived at that time would still be there; false if the time is null.</summary>
    Task<bool> IsWithinRetentionAsync(string shardId, long? micros, CancellationToken cancellation);

    /// <summary>The error to throw when a call failed: a shard that is gone while its stream is there took its records with it.</summary>
    Task<Exception> FailReadAsync(AwsException e, string shardId, CancellationToken cancellation);
}
