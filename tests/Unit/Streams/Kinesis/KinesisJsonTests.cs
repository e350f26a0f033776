using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>The lean reading and writing of JSON against System.Text.Json, its simple twin.</summary>
public sealed class KinesisJsonTests(ITestOutputHelper output)
{
    private static readonly string[] Keys = ["AAPL", "BRK.B", "^GSPC", "a\"b\\c", "Ünïcødé", "\u0001tab\t", "日本", "😀", "</script>"];

    // The default encoder escapes '+' and '/' where the service does not.
    private static readonly JsonSerializerOptions[] Writers =
    [
        new(), new() { WriteIndented = true }, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping },
    ];

    [Fact]
    public void PutRecordsRequest_IsTheSameJsonAsTheTwins()
    {
        const int seed = 11;
        var random = new Random(seed);
        var request = new PutRecordsRequest("stock_stream");
        for (int round = 0; round < 200; round++)
        {
            var batch = new PutBatch();
            int count = random.Next(1, 501);
            for (int i = 0; i < count; i++)
            {
                byte[] data = new byte[random.Next(0, 300)];
                random.NextBytes(data);
                batch.Add(Encoding.UTF8.GetBytes(Keys[random.Next(Keys.Length)]), data);
            }

            request.Write(batch);
            using JsonDocument twin = JsonDocument.Parse(request.Body);
            Assert.Equal("stock_stream", twin.RootElement.GetProperty("StreamName").GetString());
            JsonElement records = twin.RootElement.GetProperty("Records");
            Assert.True(records.GetArrayLength() == count, $"seed {seed}");
            int index = 0;
            foreach (JsonElement record in records.EnumerateArray())
            {
                Assert.Equal(batch.Data(index), record.GetProperty("Data").GetBytesFromBase64());
                Assert.Equal(batch.Key(index), Encoding.UTF8.GetBytes(record.GetProperty("PartitionKey").GetString()!));
                index++;
            }
        }
    }

    [Fact]
    public void GetRecordsAnswer_IsReadAsTheTwinReadsIt()
    {
        const int seed = 12;
        var random = new Random(seed);
        var batch = new RecordBatch();
        for (int round = 0; round < 300; round++)
        {
            Answer answer = MakeAnswer(random);
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(answer, Writers[random.Next(Writers.Length)]);
            Answer twin = JsonSerializer.Deserialize<Answer>(json)!;
            batch.Clear();
            string? next = GetRecordsAnswer.Parse(json, batch);
            Assert.Equal(twin.NextShardIterator, next);
            Assert.Equal(twin.NextShardIterator is null, batch.IsEndOfShard);
            Assert.Equal(twin.NextShardIterator is null ? 0 : twin.MillisBehindLatest, batch.MillisBehindLatest);
            Assert.True(twin.Records.Count == batch.Count, $"seed {seed}");
            for (int i = 0; i < batch.Count; i++)
            {
                Assert.Equal(twin.Records[i].SequenceNumber, batch[i].SequenceNumber.ToString());
                Assert.Equal((long)(twin.Records[i].ApproximateArrivalTimestamp * 1_000_000), batch[i].ArrivalMicros);
                Assert.Equal(twin.Records[i].Data, batch[i].Data);
            }
        }
    }

    [Theory]
    [InlineData("1704204000", 1_704_204_000_000_000)]
    [InlineData("1704204000.5", 1_704_204_000_500_000)]
    [InlineData("1.7042040001234E9", 1_704_204_000_123_400)]
    [InlineData("1704204000.1234569", 1_704_204_000_123_456)]
    public void ArrivalTime_IsReadInEveryForm(string text, long micros)
    {
        var batch = new RecordBatch();
        GetRecordsAnswer.Parse(Encoding.UTF8.GetBytes($$"""{"Records":[{"Data":"","SequenceNumber":"1","ApproximateArrivalTimestamp":{{text}},"EncryptionType":null}],"ChildShards":null}"""), batch);
        Assert.Equal(micros, batch[0].ArrivalMicros);
    }

    [Fact]
    public void EndOfAShard_WithTheLargestNumberOfMillis_IsAtTheTip()
    {
        var batch = new RecordBatch();
        Assert.Null(GetRecordsAnswer.Parse("""{"Records":[],"NextShardIterator":null,"MillisBehindLatest":9223372036854775807}"""u8, batch));
        Assert.Equal((true, 0L), (batch.IsEndOfShard, batch.MillisBehindLatest));
    }

    [Fact]
    public void BrokenAnswer_IsRefusedAndNeverReadBeyondItsEnd()
    {
        const int seed = 13;
        var random = new Random(seed);
        byte[] whole = JsonSerializer.SerializeToUtf8Bytes(MakeAnswer(random));
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] broken = whole[..random.Next(whole.Length)];
            if (broken.Length > 0 && random.Next(2) == 0) broken[random.Next(broken.Length)] = (byte)random.Next(256);
            try
            {
                GetRecordsAnswer.Parse(broken, new RecordBatch());
            }
            catch (Exception e) when (e is FormatException or JsonException)
            {
                refused++;
            }
        }

        output.WriteLine($"seed {seed}: {refused} of 2000 refused");
        Assert.Equal(2000, refused);
    }

    [Fact]
    public void PutRecordsAnswer_TellsWhichWereRefused()
    {
        Assert.Empty(PutRecordsAnswer.Parse("""{"FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"s","ErrorCode":null,"ErrorMessage":null}]}"""u8, 1));
        Assert.Empty(PutRecordsAnswer.Parse("""{"Records":[{"SequenceNumber":"1"}], "FailedRecordCount" : 0}"""u8, 1));
        IReadOnlyList<RefusedRecord> refused = PutRecordsAnswer.Parse(
            """{"Records":[{"SequenceNumber":"1"},{"ErrorMessage":"\"FailedRecordCount\":0,","ErrorCode":"InternalFailure"},{"SequenceNumber":"2","ErrorCode":null}],"FailedRecordCount":1}"""u8, 3);
        Assert.Equal([new RefusedRecord(1, "InternalFailure")], refused);
        Assert.Throws<FormatException>(() => PutRecordsAnswer.Parse("""{"FailedRecordCount":1,"Records":[{"ErrorCode":"X"}]}"""u8, 2));
    }

    private static Answer MakeAnswer(Random random)
    {
        var records = new List<Entry>();
        for (int i = random.Next(0, 50); i > 0; i--)
        {
            byte[] data = new byte[random.Next(0, 400)];
            random.NextBytes(data);
            string number = "4" + string.Concat(Enumerable.Range(0, 55).Select(_ => (char)('0' + random.Next(10))));
            records.Add(new Entry(data, number, 1_700_000_000m + (random.Next() / 1000m), Keys[random.Next(Keys.Length)], random.Next(2) == 0 ? null : "KMS"));
        }

        return new Answer(records, random.Next(3) == 0 ? null : "AAAA/+==", random.Next(), [new Child("shardId-1", ["shardId-0"])]);
    }

    private sealed record Answer(IReadOnlyList<Entry> Records, string? NextShardIterator, long MillisBehindLatest, IReadOnlyList<Child> ChildShards);

    private sealed record Entry(byte[] Data, string SequenceNumber, decimal ApproximateArrivalTimestamp, string PartitionKey, string? EncryptionType);

    private sealed record Child(string ShardId, IReadOnlyList<string> ParentShards);
}
