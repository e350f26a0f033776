using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Streaming.Shared.Aws;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>The operations of Kinesis that this pipeline calls, on one stream. Knows their JSON; errors and attempts are the JSON client's.</summary>
public sealed class KinesisClient(AwsJsonClient aws, string streamName) : IDisposable
{
    /// <summary>Every operation that is called here: what an IAM policy has to allow.</summary>
    public static IReadOnlyList<string> Operations { get; } =
    [
        "CreateStream", "DeleteStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards", "MergeShards", "PutRecords",
        "SplitShard", "UpdateShardCount",
    ];

    /// <summary>The service's time, as far as it is known.</summary>
    public DateTimeOffset Now => aws.Now;

    public Task CreateStreamAsync(int shardCount, CancellationToken cancellation)
        => CallAsync("CreateStream", json => json.WriteNumber("ShardCount", shardCount), cancellation);

    public Task DeleteStreamAsync(CancellationToken cancellation)
        => CallAsync("DeleteStream", json => json.WriteBoolean("EnforceConsumerDeletion", true), cancellation);

    public async Task<StreamSummary> DescribeStreamSummaryAsync(CancellationToken cancellation)
    {
        using JsonDocument answer = await AskAsync("DescribeStreamSummary", _ => { }, cancellation);
        JsonElement summary = answer.RootElement.GetProperty("StreamDescriptionSummary");
        return new StreamSummary(
            summary.GetProperty("StreamARN").GetString()!,
            summary.GetProperty("StreamStatus").GetString()!,
            summary.GetProperty("StreamCreationTimestamp").GetDecimal(),
            // The service always says it; an emulator that does not has its default.
            TimeSpan.FromHours(summary.TryGetProperty("RetentionPeriodHours", out JsonElement hours) ? hours.GetInt32() : 24));
    }

    /// <summary>All pages.</summary>
    public async Task<List<Shard>> ListShardsAsync(CancellationToken cancellation)
    {
        var shards = new List<Shard>();
        string? page = null;
        do
        {
            // The token stands for the stream too; the service refuses both together.
            string? token = page;
            using JsonDocument answer = await AskAsync("ListShards", json => WritePage(json, token), cancellation, withStream: token is null);
            shards.AddRange(answer.RootElement.GetProperty("Shards").EnumerateArray().Select(ShardOf));
            page = Text(answer.RootElement, "NextToken");
        }
        while (page is not null);
        return shards;
    }

    /// <returns>The iterator, good for five minutes.</returns>
    public async Task<string> GetShardIteratorAsync(string shardId, StreamPosition from, CancellationToken cancellation)
    {
        using JsonDocument answer = await AskAsync("GetShardIterator", json => WriteIterator(json, shardId, from), cancellation);
        return answer.RootElement.GetProperty("ShardIterator").GetString()!;
    }

    /// <summary>The raw answer, for <see cref="GetRecordsAnswer"/>.</summary>
    /// <param name="limit">1 to 10,000 records.</param>
    public async Task GetRecordsAsync(string iterator, int limit, ResponseBuffer answer, CancellationToken cancellation)
    {
        ArrayBufferWriter<byte> body = Body(
            json =>
            {
                json.WriteString("ShardIterator", iterator);
                json.WriteNumber("Limit", limit);
            },
            withStream: false);
        await aws.SendAsync("GetRecords", Resource, body.WrittenMemory, answer, cancellation);
    }

    /// <summary>The raw answer, for <see cref="PutRecordsAnswer"/>.</summary>
    /// <returns>How many attempts may have been carried out without our knowing.</returns>
    public ValueTask<int> PutRecordsAsync(ReadOnlyMemory<byte> body, ResponseBuffer answer, CancellationToken cancellation)
        => aws.SendAsync("PutRecords", Resource, body, answer, cancellation);

    /// <param name="newStartingHash">First hash key of the upper child; inside the shard's range and not its first.</param>
    public Task SplitShardAsync(string shardId, UInt128 newStartingHash, CancellationToken cancellation)
        => CallAsync(
            "SplitShard",
            json =>
            {
                json.WriteString("ShardToSplit", shardId);
                json.WriteString("NewStartingHashKey", newStartingHash.ToString(CultureInfo.InvariantCulture));
            },
            cancellation);

    public Task MergeShardsAsync(string shardId, string adjacentShardId, CancellationToken cancellation)
        => CallAsync(
            "MergeShards",
            json =>
            {
                json.WriteString("ShardToMerge", shardId);
                json.WriteString("AdjacentShardToMerge", adjacentShardId);
            },
            cancellation);

    public Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation)
        => CallAsync(
            "UpdateShardCount",
            json =>
            {
                json.WriteNumber("TargetShardCount", shardCount);
                json.WriteString("ScalingType", "UNIFORM_SCALING");
            },
            cancellation);

    public void Dispose() => aws.Dispose();

    private string Resource => $"stream {streamName}";

    // Some operations answer with nothing at all.
    private async Task CallAsync(string operation, Action<Utf8JsonWriter> write, CancellationToken cancellation)
        => await aws.SendAsync(operation, Resource, Body(write, withStream: true).WrittenMemory, new ResponseBuffer(), cancellation);

    private async Task<JsonDocument> AskAsync(string operation, Action<Utf8JsonWriter> write, CancellationToken cancellation, bool withStream = true)
    {
        var answer = new ResponseBuffer();
        await aws.SendAsync(operation, Resource, Body(write, withStream).WrittenMemory, answer, cancellation);
        return JsonDocument.Parse(answer.Memory);
    }

    private ArrayBufferWriter<byte> Body(Action<Utf8JsonWriter> write, bool withStream)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        if (withStream) json.WriteString("StreamName", streamName);
        write(json);
        json.WriteEndObject();
        json.Flush();
        return body;
    }

    private static void WritePage(Utf8JsonWriter json, string? token)
    {
        if (token is not null) json.WriteString("NextToken", token);
    }

    private static void WriteIterator(Utf8JsonWriter json, string shardId, StreamPosition from)
    {
        json.WriteString("ShardId", shardId);
        switch (from.Kind)
        {
            case StreamPositionKind.AfterSequenceNumber when from.SequenceNumber != SequenceNumber.None:
                json.WriteString("ShardIteratorType", "AFTER_SEQUENCE_NUMBER");
                json.WriteString("StartingSequenceNumber", from.SequenceNumber.ToString());
                break;
            case StreamPositionKind.AtTimestamp:
                json.WriteString("ShardIteratorType", "AT_TIMESTAMP");
                json.WriteNumber("Timestamp", Math.Floor(from.TimestampMicros / 1000m) / 1000m);
                break;
            case StreamPositionKind.Latest:
                json.WriteString("ShardIteratorType", "LATEST");
                break;
            default:
                json.WriteString("ShardIteratorType", "TRIM_HORIZON");
                break;
        }
    }

    private static Shard ShardOf(JsonElement shard)
    {
        JsonElement range = shard.GetProperty("HashKeyRange");
        string?[] parents = [Text(shard, "ParentShardId"), Text(shard, "AdjacentParentShardId")];
        return new Shard(
            shard.GetProperty("ShardId").GetString()!,
            [.. parents.OfType<string>()],
            Hash(range, "StartingHashKey"),
            Hash(range, "EndingHashKey"),
            IsClosed: Text(shard.GetProperty("SequenceNumberRange"), "EndingSequenceNumber") is not null);
    }

    private static UInt128 Hash(JsonElement range, string name) => UInt128.Parse(range.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    // Missing, or null as some emulators write it.
    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

/// <param name="Status">CREATING, ACTIVE, UPDATING or DELETING.</param>
/// <param name="CreatedSeconds">Since 1970, UTC.</param>
/// <param name="Retention">How long a record can be read.</param>
public sealed record StreamSummary(string Arn, string Status, decimal CreatedSeconds, TimeSpan Retention);
