using System.Text.Json;
using System.Text.Json.Serialization;
using Streaming.Shared.Hosting;

namespace Streaming.Consumer.Http;

/// <summary>The answer of <c>/healthz/ready</c>; of several shards of this worker the worst counts.</summary>
/// <param name="Ready">Every shard is being read, the lake takes what is written, and the consumer is not about to stop.</param>
/// <param name="ShardsRead">Shards that the stream has answered for at least once.</param>
/// <param name="LastReadAgeSeconds">Since the stream last answered, with records or without; null while a shard waits for its first time.</param>
/// <param name="LakeWritable">The last flush of every shard went well.</param>
/// <param name="CheckpointAgeSeconds">Since the oldest of the shards' last checkpoints of this process; null before one has any.</param>
public sealed record Readiness(
    bool Ready, bool Draining, int ShardsOwned, int ShardsRead, double? LastReadAgeSeconds, bool LakeWritable, double? CheckpointAgeSeconds)
{
    /// <summary>Objects of the lake that rows wait for, each with the reason and the remedy; none may be there for a worker to be ready.</summary>
    public IReadOnlyList<string> BlockedObjects { get; init; } = [];

    /// <summary>The answer as it is sent.</summary>
    public static ReadyAnswer Answer(ConsumerService service, TimeProvider time)
    {
        var readiness = Of(service, time);
        return new ReadyAnswer(readiness.Ready, JsonSerializer.SerializeToUtf8Bytes(readiness, ReadinessJson.Default.Readiness));
    }

    public static Readiness Of(ConsumerService service, TimeProvider time)
    {
        ShardFigures[] shards = [.. service.Shards.Where(shard => shard.IsOwned)];
        int read = shards.Count(shard => shard.LastReadAt is not null);
        bool writable = shards.All(shard => !shard.Flushes.IsFailing);
        // A worker without a shard stands by.
        bool allRead = service.IsAssigned && read == shards.Length;
        string[] blocked = [.. shards.SelectMany(shard => shard.Blocked).Select(blocked => blocked.Failure.Message)];
        return new Readiness(
            allRead && writable && blocked.Length == 0 && !service.IsDraining,
            service.IsDraining,
            shards.Length,
            read,
            allRead ? Age(shards.Min(shard => shard.LastReadAt), time) : null,
            writable,
            // A shard without records has nothing to store, so it must not hide the others.
            Age(shards.Min(shard => shard.Flushes.CheckpointedAt), time))
        {
            BlockedObjects = blocked,
        };
    }

    private static double? Age(long? timestamp, TimeProvider time)
        => timestamp is { } at ? Math.Round(time.GetElapsedTime(at).TotalSeconds, 3) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class ReadinessJson : JsonSerializerContext;
