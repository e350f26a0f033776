using System.Diagnostics;
using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Tests.Unit.Streams.Kinesis;

public sealed class GetRecordsAnswerTests(ITestOutputHelper output)
{
    private const int Seed = 20240102;

    [Fact]
    public void AnyAnswer_RightOrWrong_IsReadOrRefusedAsTheTwinDoes()
    {
        const int answers = 10_000;
        const int changesPerAnswer = 10;
        var batch = new RecordBatch();
        (int read, int records, int refused) = (0, 0, 0);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < answers; i++)
        {
            var random = new Random(Seed + i);
            var answer = new RandomAnswer(random);
            byte[] whole = answer.Next();
            Check(whole, i, random);
            for (int j = 0; j < changesPerAnswer; j++) Check(answer.Change(whole), i, random);
        }

        output.WriteLine($"seed {Seed}: {read} read with {records} records, {refused} refused, in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        Assert.True(read > 10_000 && records > 10_000 && refused > 10_000);

        void Check(byte[] json, int index, Random random)
        {
            long notBefore = random.Next(4) == 0 ? random.NextInt64(10_000_000_000_000_000) : long.MinValue;
            GetRecordsMeaning? expected = GetRecordsMeaning.OfTwin(json, notBefore);
            GetRecordsMeaning? actual = GetRecordsMeaning.OfAnswer(json, batch, notBefore);
            if (expected != actual) Assert.Fail($"seed {Seed} + {index}, not before {notBefore}:\n{Encoding.Latin1.GetString(json)}\nexpected {expected}\nactual   {actual}");
            if (actual is null) refused++;
            else (read, records) = (read + 1, records + batch.Count);
        }
    }

    [Theory]
    [InlineData("""{"SequenceNumber":"#","ApproximateArrivalTimestamp":1704205800.001,"Data":"QUJD","PartitionKey":"AAPL"}""")]
    [InlineData("""{"ApproximateArrivalTimestamp":1.704205800001E9,"Data":"QUI=","EncryptionType":"KMS","PartitionKey":"a key of more than one vector","SequenceNumber":"#"}""")]
    public void RecordsInTheServicesLayouts_AreReadWithoutTheGeneralReader(string record)
    {
        string records = string.Join(',', Enumerable.Range(1, 3).Select(i => record.Replace("#", $"{i:D56}", StringComparison.Ordinal)));
        string rest = "],\"NextShardIterator\":\"" + new string('A', 200) + "\"}";
        var batch = new RecordBatch();
        int read = UsualRecords.Read(Encoding.UTF8.GetBytes(records + rest), batch, long.MinValue);
        Assert.Equal(records.Length, read);
        Assert.Equal(3, batch.Count);
        Assert.Equal((SequenceNumber.FromUInt64(3), 1_704_205_800_001_000), (batch[2].SequenceNumber, batch[2].ArrivalMicros));
    }

    [Theory]
    [InlineData("1704204000", 1_704_204_000_000_000)]
    [InlineData("1704204000.5", 1_704_204_000_500_000)]
    [InlineData("1.7042040001234E9", 1_704_204_000_123_400)]
    [InlineData("1704204000.1234569", 1_704_204_000_123_456)]
    public void ArrivalTime_IsReadInEveryForm(string text, long micros)
    {
        var batch = new RecordBatch();
        GetRecordsAnswer.Parse(AnswerOf(text), batch, out _);
        Assert.Equal(micros, batch[0].ArrivalMicros);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e30")]
    [InlineData("9223372036854.775808")]
    [InlineData("\"now\"")]
    public void ArrivalTimeThatIsNone_IsRefused(string text)
        => Assert.Throws<FormatException>(() => GetRecordsAnswer.Parse(AnswerOf(text), new RecordBatch(), out _));

    [Fact]
    public void MessageOfABrokenAnswer_SaysHowFarItWasUnderstood()
    {
        const string record = """{"SequenceNumber":"49590338271490256608559692538361571095921575989136588898","ApproximateArrivalTimestamp":1704205800.001,"Data":"","PartitionKey":""}""";
        string understood = "{\"Records\":[" + record + "," + record + ",";
        byte[] answer = Encoding.UTF8.GetBytes(understood + "}" + new string(' ', 200));
        var failure = Assert.Throws<FormatException>(() => GetRecordsAnswer.Parse(answer, new RecordBatch(), out _));
        Assert.Contains($"after byte {understood.Length}:", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Records":[],"NextShardIterator":null,"MillisBehindLatest":9223372036854775807,"ChildShards":[{"ShardId":"a","ParentShards":["b"]}]}""", true)]
    [InlineData("""{"ChildShards":[{"ShardId":"a"},{"ShardId":"b"}],"Records":[],"MillisBehindLatest":5}""", true)]
    [InlineData("""{"Records":[],"NextShardIterator":null,"MillisBehindLatest":0}""", false)]
    [InlineData("""{"Records":[],"NextShardIterator":null,"ChildShards":null}""", false)]
    [InlineData("""{"Records":[],"NextShardIterator":null,"ChildShards":[]}""", false)]
    [InlineData("""{"Records":[],"ChildShards":"none"}""", false)]
    [InlineData("""{"Records":[],"NextShardIterator":"A","ChildShards":[{"ShardId":"a"}]}""", false)]
    public void AnswerWithoutIterator_EndsTheShardOnlyIfItNamesChildren(string json, bool isEnd)
    {
        var batch = new RecordBatch();
        GetRecordsAnswer.Parse(Encoding.UTF8.GetBytes(json), batch, out bool hasRecords);
        Assert.Equal((isEnd, true), (batch.IsEndOfShard, hasRecords));
        if (isEnd) Assert.Equal(0, batch.MillisBehindLatest);
    }

    [Theory]
    [InlineData("""{"NextShardIterator":"A","MillisBehindLatest":0}""")]
    [InlineData("""{"Records":null,"NextShardIterator":"A","MillisBehindLatest":0}""")]
    [InlineData("{}")]
    public void AnswerWithoutRecords_SaysSo(string json)
    {
        GetRecordsAnswer.Parse(Encoding.UTF8.GetBytes(json), new RecordBatch(), out bool hasRecords);
        Assert.False(hasRecords);
    }

    // Field case f10. The second record is one that the fast reader would take if it had a time.
    [Theory]
    [InlineData("")]
    [InlineData(",\"ApproximateArrivalTimestamp\":null")]
    public void RecordWithoutArrivalTime_IsReadAndHasNone(string time)
    {
        string record = $$"""{"SequenceNumber":"#"{{time}},"Data":"QUJD","PartitionKey":"AAPL"}""";
        string withTime = """{"SequenceNumber":"#","ApproximateArrivalTimestamp":1704205800.001,"Data":"QUJD","PartitionKey":"AAPL"}""";
        string records = string.Join(',', ((string[])[withTime, record, withTime, record]).Select((text, i) => text.Replace("#", $"{i + 1:D56}", StringComparison.Ordinal)));
        var batch = new RecordBatch();
        GetRecordsAnswer.Parse(Encoding.UTF8.GetBytes("{\"Records\":[" + records + "],\"NextShardIterator\":\"" + new string('A', 200) + "\"}"), batch, out _, notBeforeMicros: 1);
        Assert.Equal([true, false, true, false], Enumerable.Range(0, batch.Count).Select(i => batch[i].HasArrival));
        Assert.Equal(1_704_205_800_001_000, batch.LastArrivalMicros);
    }

    private static byte[] AnswerOf(string time)
        => Encoding.UTF8.GetBytes($$"""{"Records":[{"Data":"","SequenceNumber":"1","ApproximateArrivalTimestamp":{{time}},"EncryptionType":null}],"ChildShards":null}""");
}
