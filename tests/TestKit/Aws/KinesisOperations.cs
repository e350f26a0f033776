using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>What the operations of the fake Kinesis do, one at a time.</summary>
internal sealed class KinesisOperations(FakeKinesis kinesis)
{
    private const int MaxRecordBytes = 1024 * 1024;
    private const int MaxRequestBytes = 10 * 1024 * 1024;
    private const int MaxAnswerBytes = 10 * 1024 * 1024;

    private readonly Lock _lock = new();
    private long _lastNumber = 1_000_000;
    private long _lastCreated;

    public Dictionary<string, FakeKinesisStream> Streams { get; } = [];

    public void Trim(string stream, int records)
    {
        lock (_lock)
        {
            foreach (FakeShard shard in Streams[stream].Shards) shard.Records.RemoveRange(0, Math.Min(records, shard.Records.Count));
        }
    }

    public void Change(string stream, Action<FakeKinesisStream> change)
    {
        lock (_lock) change(Streams[stream]);
    }

    public ArrayBufferWriter<byte> Run(string operation, JsonElement request)
    {
        var answer = new ArrayBufferWriter<byte>(1024);
        lock (_lock)
        {
            // Some operations answer with nothing, as the service does.
            if (RunSilent(operation, request)) return answer;
            using var json = new Utf8JsonWriter(answer);
            json.WriteStartObject();
            switch (operation)
            {
                case "DescribeStreamSummary":
                    Describe(Stream(request), json);
                    break;
                case "ListShards":
                    ListShards(request, json);
                    break;
                case "PutRecords":
                    PutRecords(Stream(request), request.GetProperty("Records"), json);
                    break;
                case "GetShardIterator":
                    GetShardIterator(request, json);
                    break;
                case "GetRecords":
                    GetRecords(request, json);
                    break;
                default:
                    throw new FakeKinesisError("UnknownOperationException", operation);
            }

            json.WriteEndObject();
        }

        return answer;
    }

    private bool RunSilent(string operation, JsonElement request)
    {
        switch (operation)
        {
            case "CreateStream":
                string name = request.GetProperty("StreamName").GetString()!;
                if (Streams.ContainsKey(name)) throw new FakeKinesisError("ResourceInUseException", $"Stream {name} already exists");
                _lastCreated = Math.Max(kinesis.NowMillis, _lastCreated + 1);
                Streams.Add(name, new FakeKinesisStream(name, request.GetProperty("ShardCount").GetInt32(), _lastCreated, () => ++_lastNumber));
                return true;
            case "DeleteStream":
                return Streams.Remove(Stream(request).Name);
            case "SplitShard":
                Reshard(request, stream => stream.Split(Text(request, "ShardToSplit"), UInt128.Parse(Text(request, "NewStartingHashKey"), CultureInfo.InvariantCulture)));
                return true;
            case "MergeShards":
                Reshard(request, stream => stream.Merge(Text(request, "ShardToMerge"), Text(request, "AdjacentShardToMerge")));
                return true;
            case "UpdateShardCount":
                Reshard(request, stream => stream.UpdateShardCount(request.GetProperty("TargetShardCount").GetInt32()));
                return true;
            default:
                return false;
        }
    }

    private void Reshard(JsonElement request, Action<FakeKinesisStream> change)
    {
        FakeKinesisStream stream = Stream(request);
        if (stream.UpdatingLooks > 0) throw new FakeKinesisError("ResourceInUseException", $"Stream {stream.Name} under account 000000000000 not ACTIVE, instead in state UPDATING");
        change(stream);
        stream.UpdatingLooks = kinesis.LooksWhileUpdating;
    }

    private FakeKinesisStream Stream(JsonElement request) => Find(Text(request, "StreamName"));

    private FakeKinesisStream Find(string name) => Streams.GetValueOrDefault(name)
        ?? throw new FakeKinesisError("ResourceNotFoundException", $"Stream {name} under account 000000000000 not found.");

    private static string Text(JsonElement request, string name) => request.GetProperty(name).GetString()!;

    private static void Describe(FakeKinesisStream stream, Utf8JsonWriter json)
    {
        json.WriteStartObject("StreamDescriptionSummary");
        json.WriteString("StreamName", stream.Name);
        json.WriteString("StreamARN", stream.Arn);
        json.WriteString("StreamStatus", stream.UpdatingLooks > 0 ? "UPDATING" : "ACTIVE");
        if (stream.UpdatingLooks > 0) stream.UpdatingLooks--;
        json.WriteNumber("StreamCreationTimestamp", stream.CreatedMillis / 1000m);
        json.WriteNumber("RetentionPeriodHours", stream.RetentionHours);
        json.WriteEndObject();
    }

    private void ListShards(JsonElement request, Utf8JsonWriter json)
    {
        bool isNext = request.TryGetProperty("NextToken", out JsonElement token);
        if (isNext && request.TryGetProperty("StreamName", out _)) throw new FakeKinesisError("InvalidArgumentException", "NextToken and StreamName cannot be provided together.");
        string[] place = isNext ? token.GetString()!.Split('|') : [Text(request, "StreamName"), "0"];
        FakeKinesisStream stream = Find(place[0]);
        int first = int.Parse(place[1], CultureInfo.InvariantCulture);
        json.WriteStartArray("Shards");
        foreach (FakeShard shard in stream.Shards.Skip(first).Take(kinesis.ShardsPerPage)) WriteShard(shard, json, withRange: true);
        json.WriteEndArray();
        if (first + kinesis.ShardsPerPage < stream.Shards.Count) json.WriteString("NextToken", $"{stream.Name}|{first + kinesis.ShardsPerPage}");
    }

    private static void WriteShard(FakeShard shard, Utf8JsonWriter json, bool withRange)
    {
        json.WriteStartObject();
        json.WriteString("ShardId", shard.Id);
        if (withRange)
        {
            if (shard.Parents.Count > 0) json.WriteString("ParentShardId", shard.Parents[0]);
            if (shard.Parents.Count > 1) json.WriteString("AdjacentParentShardId", shard.Parents[1]);
            json.WriteStartObject("SequenceNumberRange");
            json.WriteString("StartingSequenceNumber", FakeShard.Text(shard.First));
            if (shard.ClosedAt is { } last) json.WriteString("EndingSequenceNumber", FakeShard.Text(last));
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("ParentShards");
            foreach (string parent in shard.Parents) json.WriteStringValue(parent);
            json.WriteEndArray();
        }

        json.WriteStartObject("HashKeyRange");
        json.WriteString("StartingHashKey", shard.StartHash.ToString(CultureInfo.InvariantCulture));
        json.WriteString("EndingHashKey", shard.EndHash.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void PutRecords(FakeKinesisStream stream, JsonElement records, Utf8JsonWriter json)
    {
        int count = records.GetArrayLength();
        if (count is 0 or > 500) throw new FakeKinesisError("ValidationException", $"PutRecords takes 1 to 500 records, not {count}");
        var entries = records.EnumerateArray().Select(record => (Key: Text(record, "PartitionKey"), Data: record.GetProperty("Data").GetBytesFromBase64())).ToList();
        if (entries.Exists(entry => entry.Key.Length is 0 or > 256)) throw new FakeKinesisError("ValidationException", "PartitionKey has 1 to 256 characters");
        if (entries.Exists(entry => SizeOf(entry) > MaxRecordBytes)) throw new FakeKinesisError("ValidationException", "A record has at most 1 MiB");
        if (entries.Sum(SizeOf) > MaxRequestBytes) throw new FakeKinesisError("InvalidArgumentException", "A request has at most 10 MiB");

        int failed = 0;
        json.WriteStartArray("Records");
        foreach ((string Key, byte[] Data) entry in entries)
        {
            FakeShard shard = stream.Owner(entry.Key);
            json.WriteStartObject();
            if (Refuse(shard, SizeOf(entry)) is { } code)
            {
                failed++;
                json.WriteString("ErrorCode", code);
                json.WriteString("ErrorMessage", $"\"FailedRecordCount\":0 is not so for shard {shard.Id}");
            }
            else
            {
                long number = ++_lastNumber;
                shard.Records.Add(new FakeRecord(number, ArrivalAfter(shard), entry.Key, entry.Data));
                json.WriteString("SequenceNumber", FakeShard.Text(number));
                json.WriteString("ShardId", shard.Id);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("FailedRecordCount", failed);
    }

    private static int SizeOf((string Key, byte[] Data) entry) => Encoding.UTF8.GetByteCount(entry.Key) + entry.Data.Length;

    private long ArrivalAfter(FakeShard shard) => shard.Records.Count == 0 ? kinesis.NowMillis : Math.Max(kinesis.NowMillis, shard.Records[^1].ArrivalMillis);

    private string? Refuse(FakeShard shard, int bytes)
    {
        KinesisFaults faults = kinesis.Faults;
        bool isThrottled;
        lock (faults.ThrottledShards) isThrottled = faults.ThrottledShards.Contains(shard.Id);
        if (isThrottled || faults.Draw(faults.ThrottledRecord) || (faults.KeepsRates && !shard.TakesPut(kinesis.NowMillis, bytes)))
            return "ProvisionedThroughputExceededException";
        return faults.Draw(faults.RefusedRecord) ? "InternalFailure" : null;
    }

    private void GetShardIterator(JsonElement request, Utf8JsonWriter json)
    {
        FakeKinesisStream stream = Stream(request);
        FakeShard shard = stream.Shard(Text(request, "ShardId"));
        long next = Text(request, "ShardIteratorType") switch
        {
            "TRIM_HORIZON" => 0,
            "LATEST" => _lastNumber + 1,
            "AT_SEQUENCE_NUMBER" => FakeShard.Number(Text(request, "StartingSequenceNumber")),
            "AFTER_SEQUENCE_NUMBER" => FakeShard.Number(Text(request, "StartingSequenceNumber")) + 1,
            "AT_TIMESTAMP" => AtTime(shard, (long)(request.GetProperty("Timestamp").GetDecimal() * 1000)),
            string other => throw new FakeKinesisError("ValidationException", $"ShardIteratorType {other}"),
        };
        json.WriteString("ShardIterator", Iterator(stream, shard, next));
    }

    private long AtTime(FakeShard shard, long millis) => shard.Records.Find(record => record.ArrivalMillis >= millis)?.Number ?? _lastNumber + 1;

    private string Iterator(FakeKinesisStream stream, FakeShard shard, long next)
        => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{stream.Name}|{stream.CreatedMillis}|{shard.Id}|{next}|{kinesis.NowMillis}"));

    private void GetRecords(JsonElement request, Utf8JsonWriter json)
    {
        string[] place = Encoding.UTF8.GetString(Convert.FromBase64String(Text(request, "ShardIterator"))).Split('|');
        long[] numbers = [.. new[] { place[1], place[3], place[4] }.Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        if (kinesis.Faults.Draw(kinesis.Faults.ExpiredIterator) || kinesis.NowMillis - numbers[2] > kinesis.IteratorLife.TotalMilliseconds)
            throw new FakeKinesisError("ExpiredIteratorException", "Iterator expired.");
        FakeKinesisStream stream = Find(place[0]);
        if (stream.CreatedMillis != numbers[0]) throw new FakeKinesisError("ResourceNotFoundException", "The stream was made again");
        FakeShard shard = stream.Shard(place[2]);
        int limit = request.TryGetProperty("Limit", out JsonElement most) ? most.GetInt32() : 10_000;
        if (limit is < 1 or > 10_000) throw new FakeKinesisError("ValidationException", "Limit is 1 to 10000");
        if (kinesis.Faults.KeepsRates && !shard.TakesRead(kinesis.NowMillis)) throw new FakeKinesisError("ProvisionedThroughputExceededException", "Rate exceeded for shard");

        KinesisFaults faults = kinesis.Faults;
        limit = Math.Min(limit, faults.MaxRecordsPerAnswer);
        bool hasRecords = !faults.Draw(faults.MissingRecords);
        int index = shard.IndexOf(numbers[1]);
        int bytes = 0;
        if (hasRecords) json.WriteStartArray("Records");
        for (; index < shard.Records.Count && limit > 0 && bytes + shard.Records[index].Data.Length <= MaxAnswerBytes; index++, limit--)
        {
            bytes += shard.Records[index].Data.Length;
            if (hasRecords) WriteRecord(shard.Records[index], json, hasArrival: !faults.Draw(faults.MissingArrival));
        }

        if (hasRecords) json.WriteEndArray();
        bool atTip = index == shard.Records.Count;
        json.WriteNumber("MillisBehindLatest", faults.MillisBehindLatest ?? (atTip ? 0 : Math.Max(1, kinesis.NowMillis - shard.Records[index].ArrivalMillis)));
        if (faults.Draw(faults.MissingIterator)) return;
        if (!atTip) json.WriteString("NextShardIterator", Iterator(stream, shard, shard.Records[index].Number));
        else if (shard.ClosedAt is null) json.WriteString("NextShardIterator", Iterator(stream, shard, Math.Max(numbers[1], _lastNumber + 1)));
        else WriteChildren(stream, shard, json);
    }

    private static void WriteRecord(FakeRecord record, Utf8JsonWriter json, bool hasArrival)
    {
        json.WriteStartObject();
        json.WriteString("SequenceNumber", FakeShard.Text(record.Number));
        if (hasArrival) json.WriteNumber("ApproximateArrivalTimestamp", record.ArrivalMillis / 1000m);
        json.WriteBase64String("Data", record.Data);
        json.WriteString("PartitionKey", record.Key);
        json.WriteEndObject();
    }

    private static void WriteChildren(FakeKinesisStream stream, FakeShard shard, Utf8JsonWriter json)
    {
        json.WriteStartArray("ChildShards");
        foreach (FakeShard child in stream.Shards.Where(child => child.Parents.Contains(shard.Id))) WriteShard(child, json, withRange: false);
        json.WriteEndArray();
    }
}
