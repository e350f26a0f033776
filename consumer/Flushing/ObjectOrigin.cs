using Streaming.Shared;

namespace Streaming.Consumer.Flushing;

/// <summary>Who wrote an object; it travels with it as Parquet key-value metadata.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="StreamId">The stream's creation id.</param>
public sealed record ObjectOrigin(string Stream, string StreamId, string Application, string Shard)
{
    private const string Prefix = "streaming.";

    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [Prefix + "stream"] = Stream,
        [Prefix + "stream_id"] = StreamId,
        [Prefix + "application"] = Application,
        [Prefix + "shard"] = Shard,
    };

    /// <summary>Null if the object does not say who wrote it: some other program did.</summary>
    public static ObjectOrigin? FromMetadata(IReadOnlyDictionary<string, string> metadata)
        => metadata.TryGetValue(Prefix + "stream", out string? stream)
            && metadata.TryGetValue(Prefix + "stream_id", out string? streamId)
            && metadata.TryGetValue(Prefix + "application", out string? application)
            && metadata.TryGetValue(Prefix + "shard", out string? shard)
            ? new ObjectOrigin(stream, streamId, application, shard)
            : null;
}

/// <summary>An object that this shard may not touch stands where its own should. Loud, because merging would mix two streams.</summary>
public sealed class ForeignObjectException(string message) : ActionableException(message);
