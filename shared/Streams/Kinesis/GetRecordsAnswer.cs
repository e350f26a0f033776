using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// An answer to GetRecords, put straight into a <see cref="RecordBatch"/>: no object, string or array per record. Takes any JSON that
/// says the same; records in the service's own layout are read by <see cref="UsualRecords"/>, which must come to the same.
/// </summary>
internal static class GetRecordsAnswer
{
    /// <param name="hasRecords">False if the member <c>Records</c> is missing or null: such an answer says nothing, and is to be asked for again.</param>
    /// <param name="notBeforeMicros">Records that arrived before it are left out: the service cuts a start time to milliseconds.</param>
    /// <returns>
    /// The next iterator. Null is the end of the shard only if the answer names child shards; else it is not known whether the shard is closed.
    /// </returns>
    /// <exception cref="FormatException">Not JSON, or not an answer to GetRecords.</exception>
    public static string? Parse(ReadOnlySpan<byte> json, RecordBatch batch, out bool hasRecords, long notBeforeMicros = long.MinValue)
    {
        ReadOnlySpan<byte> rest = json;
        var reader = new Utf8JsonReader(rest);
        var members = default(Members);
        try
        {
            ReadAnswer(ref rest, ref reader, batch, notBeforeMicros, ref members);
            hasRecords = members.HasRecords;
            if (members.Next is null && members.HasChildShards) batch.MarkEndOfShard();
            return members.Next;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            long understood = json.Length - rest.Length + reader.BytesConsumed;
            throw new FormatException($"The service's answer is not one to GetRecords, after byte {understood}: {e.Message}", e);
        }
    }

    /// <param name="json">What <paramref name="reader"/> was begun with.</param>
    private static void ReadAnswer(
        ref ReadOnlySpan<byte> json, ref Utf8JsonReader reader, RecordBatch batch, long notBeforeMicros, ref Members members)
    {
        ReadToken(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("Records"u8))
            {
                reader.Read();
                members.HasRecords = reader.TokenType != JsonTokenType.Null;
                if (members.HasRecords) ReadRecords(ref json, ref reader, batch, notBeforeMicros);
            }
            else if (reader.ValueTextEquals("NextShardIterator"u8))
            {
                reader.Read();
                members.Next = reader.GetString();
            }
            else if (reader.ValueTextEquals("MillisBehindLatest"u8))
            {
                reader.Read();
                batch.MillisBehindLatest = reader.TokenType == JsonTokenType.Null ? 0 : Math.Max(0, reader.GetInt64());
            }
            else if (reader.ValueTextEquals("ChildShards"u8))
            {
                members.HasChildShards = ReadHasItems(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // Nothing may follow, which the reader looks at only now.
        reader.Read();
    }

    /// <summary>Passes over a value; true if it is an array with something in it.</summary>
    private static bool ReadHasItems(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        int depth = reader.CurrentDepth;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray) return false;
        while (reader.CurrentDepth > depth && reader.Read()) reader.TrySkip();
        return true;
    }

    private static void ReadRecords(ref ReadOnlySpan<byte> json, ref Utf8JsonReader reader, RecordBatch batch, long notBeforeMicros)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Unexpected(reader.TokenType, JsonTokenType.StartArray);
        JsonReaderState beforeFirst = reader.CurrentState;
        while (true)
        {
            ReadOnlySpan<byte> rest = json[(int)reader.BytesConsumed..];
            bool isFirst = reader.TokenType == JsonTokenType.StartArray;
            if (isFirst || rest.StartsWith(","u8))
            {
                if (!isFirst) rest = rest[1..];
                int usual = UsualRecords.Read(rest, batch, notBeforeMicros);
                if (usual > 0)
                {
                    // A record or the end of the array follows, as they may follow the array's begin.
                    json = rest[usual..];
                    reader = new Utf8JsonReader(json, isFinalBlock: true, beforeFirst);
                }
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.EndArray) return;
            ReadRecord(ref reader, batch, notBeforeMicros);
        }
    }

    private static void ReadRecord(ref Utf8JsonReader reader, RecordBatch batch, long notBeforeMicros)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new FormatException("A record is not an object.");
        ref RecordBatch.RecordHeader record = ref batch.Next();
        record = default;
        record.ArrivalMicros = RecordBatch.NoArrival;
        record.DataLength = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("Data"u8)) record.DataLength = ReadData(ref reader, batch, out record.DataOffset);
            else if (reader.ValueTextEquals("SequenceNumber"u8)) record.SequenceNumber = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("ApproximateArrivalTimestamp"u8)) record.ArrivalMicros = ReadTime(ref reader);
            else if (reader.ValueTextEquals("PartitionKey"u8)) ReadToken(ref reader, JsonTokenType.String);
            else reader.Skip();
        }

        if (record.DataLength < 0 || record.SequenceNumber == SequenceNumber.None) throw new FormatException("A record has no data or no sequence number.");
        if (record.ArrivalMicros >= notBeforeMicros) batch.KeepNext();
    }

    private static int ReadData(ref Utf8JsonReader reader, RecordBatch batch, out int offset)
    {
        ReadToken(ref reader, JsonTokenType.String);
        offset = batch.Reserve(reader.ValueSpan.Length, out Span<byte> space);
        // A writer may escape '/' and '+', which the service itself does not.
        int length = reader.CopyString(space);
        if (Base64.DecodeFromUtf8InPlace(space[..length], out int written) != OperationStatus.Done) throw new FormatException("A record's data is not base64.");
        batch.Advance(written);
        return written;
    }

    private static SequenceNumber ReadNumber(ref Utf8JsonReader reader)
    {
        ReadToken(ref reader, JsonTokenType.String);
        if (reader.ValueIsEscaped) return SequenceNumber.Parse(reader.GetString()!);
        return SequenceNumber.TryParse(reader.ValueSpan, out SequenceNumber number) ? number : throw new FormatException("A sequence number is not one.");
    }

    /// <summary>Seconds since 1970, with or without an exponent; what is below a microsecond is cut off. Some services write null.</summary>
    private static long ReadTime(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return RecordBatch.NoArrival;
        decimal seconds = reader.GetDecimal();
        return seconds >= 0 ? (long)(seconds * 1_000_000) : throw new FormatException("A record arrived before 1970.");
    }

    private static void ReadToken(ref Utf8JsonReader reader, JsonTokenType type)
    {
        reader.Read();
        if (reader.TokenType != type) throw Unexpected(reader.TokenType, type);
    }

    private static FormatException Unexpected(JsonTokenType found, JsonTokenType expected) => new($"There is {found} where {expected} is expected.");

    private struct Members
    {
        public string? Next;
        public bool HasRecords;
        public bool HasChildShards;
    }
}
