using System.Text;
using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>The lean writing of JSON against System.Text.Json, its simple twin.</summary>
public sealed class PutRecordsJsonTests
{
    private static readonly string[] Keys = ["AAPL", "BRK.B", "^GSPC", "a\"b\\c", "Ünïcødé", "\u0001tab\t", "日本", "😀", "</script>"];

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
    public void PutRecordsAnswer_TellsWhichWereRefused()
    {
        Assert.Empty(PutRecordsAnswer.Parse("""{"FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"s","ErrorCode":null,"ErrorMessage":null}]}"""u8, 1));
        Assert.Empty(PutRecordsAnswer.Parse("""{"Records":[{"SequenceNumber":"1"}], "FailedRecordCount" : 0}"""u8, 1));
        IReadOnlyList<RefusedRecord> refused = PutRecordsAnswer.Parse(
            """{"Records":[{"SequenceNumber":"1"},{"ErrorMessage":"\"FailedRecordCount\":0,","ErrorCode":"InternalFailure"},{"SequenceNumber":"2","ErrorCode":null}],"FailedRecordCount":1}"""u8, 3);
        Assert.Equal([new RefusedRecord(1, "InternalFailure")], refused);
        Assert.Throws<FormatException>(() => PutRecordsAnswer.Parse("""{"FailedRecordCount":1,"Records":[{"ErrorCode":"X"}]}"""u8, 2));
        Assert.Throws<FormatException>(() => PutRecordsAnswer.Parse("""{"FailedRecordCount":1,"Records":[{"ErrorCode":5}]}"""u8, 1));
        Assert.Throws<FormatException>(() => PutRecordsAnswer.Parse("""{"FailedRecordCount":1,"Records":[1]}"""u8, 1));
        Assert.Throws<FormatException>(() => PutRecordsAnswer.Parse("""{"FailedRecordCount":1,"Records":[{"ErrorCode":"X"}"""u8, 1));
        Assert.Throws<FormatException>(() => PutRecordsAnswer.Parse("[]"u8, 1));
    }
}
