using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Streaming.Shared.Aws;

namespace Streaming.Consumer.Catalog;

/// <summary>
/// Owns: the two calls to the Glue data catalog that registering partitions takes, their JSON and their answers. Does not own:
/// which partitions, and when.
/// </summary>
/// <param name="lake">The lake's address, <c>s3://bucket/prefix</c>.</param>
public sealed class GlueTable(AwsJsonClient aws, string lake)
{
    public const string Database = "stock_streaming_database";
    public const string Table = "avg_1min";

    /// <summary>Partitions in one call; the service's limit.</summary>
    public const int MaxPartitions = 100;

    private const string Name = $"{Database}.{Table}";

    /// <summary>Everything that is asked of the service, for the IAM policy.</summary>
    public static IReadOnlyList<string> Operations { get; } = ["BatchCreatePartition", "GetTable"];

    private JsonObject? _storage;

    /// <summary>Registers partitions, at most <see cref="MaxPartitions"/>; one that is there already is left as it is.</summary>
    /// <returns>How many were new, and those that the service refused, with its reason.</returns>
    /// <exception cref="AwsException">The call as a whole failed; some partitions may be registered all the same.</exception>
    public async Task<GlueAnswer> CreateAsync(IReadOnlyList<Partition> partitions, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitions.Count, MaxPartitions);
        _storage ??= await StorageAsync(cancellation);
        var inputs = new JsonArray();
        foreach (Partition partition in partitions)
        {
            JsonNode storage = _storage.DeepClone();
            storage["Location"] = partition.LocationIn(lake);
            JsonNode input = new JsonObject { ["Values"] = new JsonArray(partition.Ticker, partition.TradeDateText), ["StorageDescriptor"] = storage };
            inputs.Add(input);
        }

        JsonObject answer = await CallAsync(
            "BatchCreatePartition", new JsonObject { ["DatabaseName"] = Database, ["TableName"] = Table, ["PartitionInputList"] = inputs }, cancellation);
        return Read(answer, partitions);
    }

    /// <summary>A partition has the columns and the format of its table at the time when it is made.</summary>
    private async Task<JsonObject> StorageAsync(CancellationToken cancellation)
    {
        JsonObject answer = await CallAsync("GetTable", new JsonObject { ["DatabaseName"] = Database, ["Name"] = Table }, cancellation);
        return answer["Table"]?["StorageDescriptor"] as JsonObject
            ?? throw new AwsException(AwsReaction.Stop, "NoStorageDescriptor", $"The table {Name} in Glue has no storage descriptor. Make it anew with deploy/athena/2-avg_1min.sql.");
    }

    private async Task<JsonObject> CallAsync(string operation, JsonObject request, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body)) request.WriteTo(json);
        var response = new ResponseBuffer();
        await aws.SendAsync(operation, $"table {Name}", body.WrittenMemory, response, cancellation);
        try
        {
            return JsonNode.Parse(response.Span) as JsonObject ?? throw new JsonException("The answer is no object.");
        }
        catch (JsonException broken)
        {
            throw new AwsException(AwsReaction.Stop, "NoObject", $"glue:{operation} on {Name} answered with something else than a JSON object.", broken);
        }
    }

    private static GlueAnswer Read(JsonObject answer, IReadOnlyList<Partition> asked)
    {
        var refused = new Dictionary<Partition, string>();
        int known = 0;
        foreach (JsonNode? error in answer["Errors"]?.AsArray() ?? [])
        {
            string code = error?["ErrorDetail"]?["ErrorCode"]?.GetValue<string>() ?? "unknown error";
            string?[] values = [.. error?["PartitionValues"]?.AsArray().Select(value => value?.GetValue<string>()) ?? []];
            if (code == "AlreadyExistsException") known++;
            else foreach (Partition partition in asked.Where(partition => values.SequenceEqual([partition.Ticker, partition.TradeDateText]))) refused[partition] = code;
        }

        return new GlueAnswer(asked.Count - known - refused.Count, refused);
    }
}

/// <param name="New">Partitions that were not there before.</param>
/// <param name="Refused">Partitions that are not registered, with the service's word for why.</param>
public sealed record GlueAnswer(int New, IReadOnlyDictionary<Partition, string> Refused);
