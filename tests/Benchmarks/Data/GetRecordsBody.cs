using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>An answer to GetRecords.</summary>
internal static class GetRecordsBody
{
    public static byte[] Write(TickRecords ticks, int records, AnswerLayout layout)
    {
        var body = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Indented = layout == AnswerLayout.Indented,
        };
        using var json = new Utf8JsonWriter(body, options);
        json.WriteStartObject();
        json.WriteStartArray("Records");
        for (int i = 0; i < records; i++)
        {
            ticks.MoveNext();
            json.WriteStartObject();
            if (layout == AnswerLayout.Exponent) WriteByAlphabet(json, ticks, i);
            else WriteNumberFirst(json, ticks, i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("NextShardIterator", new string('A', 220));
        json.WriteNumber("MillisBehindLatest", 12_000);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }

    private static void WriteNumberFirst(Utf8JsonWriter json, TickRecords ticks, int index)
    {
        json.WriteString("SequenceNumber", SequenceNumber(index));
        json.WriteNumber("ApproximateArrivalTimestamp", ArrivalMillis(index) / 1000m);
        json.WriteBase64String("Data", ticks.Record);
        json.WriteString("PartitionKey", ticks.Key);
    }

    private static void WriteByAlphabet(Utf8JsonWriter json, TickRecords ticks, int index)
    {
        string digits = ArrivalMillis(index).ToString(CultureInfo.InvariantCulture).TrimEnd('0');
        json.WritePropertyName("ApproximateArrivalTimestamp");
        json.WriteRawValue($"{digits[0]}.{digits[1..]}E9");
        json.WriteBase64String("Data", ticks.Record);
        json.WriteString("PartitionKey", ticks.Key);
        json.WriteString("SequenceNumber", SequenceNumber(index));
    }

    private static string SequenceNumber(int index) => FormattableString.Invariant($"49{632_000_000_000_000L + (index * 7L):D54}");

    private static long ArrivalMillis(int index) => 1_704_205_800_001L + index;
}
