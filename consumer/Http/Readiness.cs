using System.Text.Json.Serialization;

namespace Streaming.Consumer.Http;

/// <summary>The answer of <c>/healthz/ready</c>; of several shards the worst counts.</summary>
/// <param name="Ready">Every shard is being read, the lake takes what is written, and the consumer is not about to stop.</param>
/// <param name="ShardsRead">Shards that the stream has answered for at least once.</param>
/// <param name="LastReadAgeSeconds">Since the stream last answered, with records or without; null while a shard waits for its first time.</param>
/// <param name="LakeWritable">The last flush of every shard went well.</param>
/// <param name="CheckpointAgeSeconds">Since the oldest of the shards' last checkpoints of this process; null before one has any.</param>
public sealed record Readiness(
    bool Ready, bool Draining, int ShardsOwned, int ShardsRead, double? LastReadAgeSeconds, bool LakeWritable, double? CheckpointAgeSeconds)
{
    /// <param name="shards">The shards of this process; none before the stream was reached.</param>
    public static Readiness Of(IReadOnlyCollection<ShardFigures> shards, bool isDraining, TimeProvider time)
    {
        int read = shards.Count(shard => shard.LastReadAt is not null);
        bool writable = shards.All(shard => !shard.Flushes.IsFailing);
        bool allRead = shards.Count > 0 && read == shards.Count;
        return new Readiness(
            allRead && writable && !isDraining,
            isDraining,
            shards.Count,
            read,
            allRead ? Age(shards.Min(shard => shard.LastReadAt), time) : null,
            writable,
            // A shard without records has nothing to store, so it must not hide the others.
            Age(shards.Min(shard => shard.Flushes.CheckpointedAt), time));
    }

    private static double? Age(long? timestamp, TimeProvider time)
        => timestamp is { } at ? Math.Round(time.GetElapsedTime(at).TotalSeconds, 3) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class ReadinessJson : JsonSerializerContext;
