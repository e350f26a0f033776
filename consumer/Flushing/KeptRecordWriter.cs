using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Objects;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// Owns: late and bad records into <c>late/</c> and <c>quarantine/</c>, exactly once. The n-th record of a shard has its place by
/// n, and a put is the union by sequence number with what stands there, conditional; so it does not matter how often it is done.
/// </summary>
/// <remarks>
/// One JSON object a line, with the record as <c>event</c> if it is late and as <c>data</c> (base64) if it is bad. Bytes beyond
/// <see cref="MaxInlineBytes"/> stand alone in <c>raw/</c>, named by sequence number, so that a chunk stays below some 25 MB.
/// </remarks>
/// <param name="folder">Of this shard below <c>late/</c> and <c>quarantine/</c>; null for the shard's name.</param>
public sealed class KeptRecordWriter(IObjectStore store, ObjectOrigin origin, StoreRetry retry, string? folder = null)
{
    private readonly string _folder = folder ?? origin.Shard;

    public const string LateKind = "late";
    public const string QuarantineKind = "quarantine";

    /// <summary>Bytes of a record that stand in its line.</summary>
    public const int MaxInlineBytes = 16 * 1024;

    public async Task WriteAsync(FlushSnapshot snapshot, CancellationToken cancellation)
    {
        await WriteAsync(LateKind, snapshot.Late, cancellation);
        await WriteAsync(QuarantineKind, snapshot.Quarantined, cancellation);
    }

    private async Task WriteAsync(string kind, IReadOnlyList<KeptRecord> records, CancellationToken cancellation)
    {
        foreach (KeptRecord record in records.Where(record => record.Data.Length > MaxInlineBytes))
            await retry.RunAsync(token => PutRawAsync(kind, record, token), cancellation);
        foreach (IGrouping<string, KeptRecord> chunk in records.GroupBy(record => LakeLayout.Chunk(kind, _folder, record.Ordinal)))
            await retry.RunAsync(token => PutUnionAsync(kind, chunk.Key, [.. chunk], token), cancellation);
    }

    private async Task<bool> PutRawAsync(string kind, KeptRecord record, CancellationToken cancellation)
    {
        // If one stands there already, it is this record's: the name is its sequence number.
        string key = LakeLayout.RawRecord(kind, _folder, record.SequenceNumber.ToString());
        return await store.PutAsync(key, record.Data, expectedTag: null, cancellation) is not null;
    }

    private async Task<bool> PutUnionAsync(string kind, string key, IReadOnlyList<KeptRecord> records, CancellationToken cancellation)
    {
        StoredObject? standing = await store.GetAsync(key, cancellation);
        HashSet<string> known = standing is null ? [] : SequenceNumbers(key, standing.Content);
        KeptRecord[] missing = [.. records.Where(record => !known.Contains(record.SequenceNumber.ToString()))];
        if (missing.Length == 0) return false;

        var union = new ArrayBufferWriter<byte>((standing?.Content.Length ?? 0) + 4096);
        if (standing is not null) union.Write(standing.Content.Span);
        foreach (KeptRecord record in missing) WriteLine(union, kind, record);
        if (await store.PutAsync(key, union.WrittenMemory, standing?.Tag, cancellation) is null) throw new LostRaceException(key);
        return true;
    }

    private HashSet<string> SequenceNumbers(string key, ReadOnlyMemory<byte> content)
    {
        var numbers = new HashSet<string>();
        for (ReadOnlyMemory<byte> rest = content; !rest.IsEmpty;)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            using JsonDocument line = JsonDocument.Parse(end < 0 ? rest : rest[..end]);
            if (line.RootElement.GetProperty("stream_id").GetString() != origin.StreamId)
            {
                throw new ForeignObjectException(
                    $"{store.Address}/{key} holds records of another stream than {origin.Stream} (created as {origin.StreamId}). "
                    + "Use another --lake, or move the old late/ and quarantine/ away.");
            }

            numbers.Add(line.RootElement.GetProperty("sequence_number").GetString() ?? "");
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return numbers;
    }

    private void WriteLine(ArrayBufferWriter<byte> output, string kind, KeptRecord record)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("stream", origin.Stream);
            json.WriteString("stream_id", origin.StreamId);
            json.WriteString("shard", origin.Shard);
            json.WriteString("sequence_number", record.SequenceNumber.ToString());
            if (record.ArrivalMicros is { } arrival) json.WriteString("arrival", IsoTime.ToDateTime(arrival).ToString("O", CultureInfo.InvariantCulture));
            else json.WriteNull("arrival");
            json.WriteString("reason", record.Reason);
            json.WriteNumber("bytes", record.Data.Length);
            WriteData(json, kind, record);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private void WriteData(Utf8JsonWriter json, string kind, KeptRecord record)
    {
        if (record.Data.Length > MaxInlineBytes)
        {
            json.WriteString("object", LakeLayout.RawRecord(kind, _folder, record.SequenceNumber.ToString()));
        }
        else if (kind == LateKind && !record.Data.AsSpan().ContainsAny((byte)'\n', (byte)'\r') && !record.Data.AsSpan().StartsWith(RecordShape.ByteOrderMark))
        {
            // A late record is a JSON object that was understood; in one line and without a mark before it, it can stand as it came.
            json.WritePropertyName("event");
            json.WriteRawValue(record.Data);
        }
        else
        {
            json.WriteBase64String("data", record.Data);
        }
    }
}
