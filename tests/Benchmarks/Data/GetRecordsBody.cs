using System.Buffers;
using System.Text.Json;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>An answer to GetRecords as the service writes it: compact, members in its order, seconds with milliseconds.</summary>
internal static class GetRecordsBody
{
    public static byte[] Write(TickRecords ticks, int records)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartArray("Records");
        for (int i = 0; i < records; i++)
        {
            ticks.MoveNext();
            json.WriteStartObject();
            json.WriteString("SequenceNumber", FormattableString.Invariant($"49{632_000_000_000_000L + (i * 7L):D54}"));
            json.WriteNumber("ApproximateArrivalTimestamp", 1_704_205_800.001m + (i / 1000m));
            json.WriteBase64String("Data", ticks.Record);
            json.WriteString("PartitionKey", ticks.Key);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("NextShardIterator", new string('A', 220));
        json.WriteNumber("MillisBehindLatest", 12_000);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }
}
