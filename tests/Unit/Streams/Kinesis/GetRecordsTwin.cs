using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>What an answer to GetRecords says; equal if all of it is.</summary>
internal sealed record GetRecordsMeaning(string? Records, string? Next, bool IsEnd, long MillisBehindLatest)
{
    /// <summary>As the pipeline reads it; null if it refuses.</summary>
    public static GetRecordsMeaning? OfAnswer(byte[] json, RecordBatch batch, long notBeforeMicros = long.MinValue)
    {
        batch.Clear();
        try
        {
            string? next = GetRecordsAnswer.Parse(json, batch, out bool hasRecords, notBeforeMicros);
            return new GetRecordsMeaning(hasRecords ? string.Join('\n', Lines(batch)) : null, next, batch.IsEndOfShard, batch.MillisBehindLatest);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The same from a <see cref="JsonDocument"/>, member by member.</summary>
    public static GetRecordsMeaning? OfTwin(byte[] json, long notBeforeMicros = long.MinValue)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement, notBeforeMicros);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static GetRecordsMeaning Read(JsonElement answer, long notBeforeMicros)
    {
        var records = new List<string>();
        string? next = null;
        long millis = 0;
        (bool hasRecords, bool hasChildren) = (false, false);
        foreach (JsonProperty member in answer.EnumerateObject())
        {
            if (member.NameEquals("ChildShards")) hasChildren = member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0;
            if (member.NameEquals("Records")) hasRecords = member.Value.ValueKind != JsonValueKind.Null;
            if (member.NameEquals("Records") && hasRecords)
            {
                foreach (JsonElement record in member.Value.EnumerateArray())
                {
                    if (ReadRecord(record, notBeforeMicros) is { } line) records.Add(line);
                }
            }

            if (member.NameEquals("NextShardIterator")) next = member.Value.GetString();
            if (member.NameEquals("MillisBehindLatest")) millis = member.Value.ValueKind == JsonValueKind.Null ? 0 : Math.Max(0, member.Value.GetInt64());
        }

        bool isEnd = next is null && hasChildren;
        return new GetRecordsMeaning(hasRecords ? string.Join('\n', records) : null, next, isEnd, isEnd ? 0 : millis);
    }

    private static string? ReadRecord(JsonElement record, long notBeforeMicros)
    {
        byte[]? data = null;
        BigInteger number = 0;
        long micros = RecordBatch.NoArrival;
        foreach (JsonProperty member in record.EnumerateObject())
        {
            if (member.NameEquals("Data")) data = member.Value.GetBytesFromBase64();
            if (member.NameEquals("SequenceNumber")) number = Number(member.Value.GetString());
            if (member.NameEquals("ApproximateArrivalTimestamp")) micros = member.Value.ValueKind == JsonValueKind.Null ? RecordBatch.NoArrival : Micros(member.Value.GetDecimal());
            if (member.NameEquals("PartitionKey") && member.Value.ValueKind != JsonValueKind.String) throw new FormatException();
        }

        if (data is null || number == 0) throw new FormatException();
        return micros < notBeforeMicros ? null : Line(number.ToString(CultureInfo.InvariantCulture), micros, data);
    }

    private static BigInteger Number(string? text)
        => text is { Length: > 0 and <= SequenceNumber.MaxDigits } && text.All(char.IsAsciiDigit)
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : throw new FormatException();

    private static long Micros(decimal seconds) => seconds >= 0 ? (long)decimal.Truncate(seconds * 1_000_000) : throw new FormatException();

    private static List<string> Lines(RecordBatch batch)
    {
        var lines = new List<string>();
        for (int i = 0; i < batch.Count; i++) lines.Add(Line(batch[i].SequenceNumber.ToString(), batch[i].ArrivalMicros, batch[i].Data));
        return lines;
    }

    private static string Line(string number, long micros, ReadOnlySpan<byte> data) => $"{number} {micros} {Convert.ToHexString(data)}";
}
