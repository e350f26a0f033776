using System.Text.Json;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>An answer to PutRecords: which records of the request were refused.</summary>
internal static class PutRecordsAnswer
{
    /// <param name="count">Records in the request.</param>
    /// <exception cref="FormatException">Not an answer to that request.</exception>
    public static IReadOnlyList<RefusedRecord> Parse(ReadOnlySpan<byte> json, int count)
    {
        if (SaysAllAccepted(json)) return [];
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument answer = JsonDocument.ParseValue(ref reader);
            return FindRefused(answer.RootElement.GetProperty("Records"), count);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"The service's answer is not one to PutRecords: {e.Message}", e);
        }
    }

    // The usual answer is not read record by record. The quotes cannot come from inside a text, where they would be escaped.
    private static bool SaysAllAccepted(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> none = "\"FailedRecordCount\":0"u8;
        int at = json.IndexOf(none);
        return at >= 0 && at + none.Length < json.Length && json[at + none.Length] is (byte)',' or (byte)'}';
    }

    private static List<RefusedRecord> FindRefused(JsonElement records, int count)
    {
        if (records.GetArrayLength() != count)
            throw new FormatException($"PutRecords of {count} records was answered for {records.GetArrayLength()}.");
        var refused = new List<RefusedRecord>();
        int index = 0;
        foreach (JsonElement record in records.EnumerateArray())
        {
            if (record.TryGetProperty("ErrorCode", out JsonElement code) && code.GetString() is { } text) refused.Add(new RefusedRecord(index, text));
            index++;
        }

        return refused;
    }
}
