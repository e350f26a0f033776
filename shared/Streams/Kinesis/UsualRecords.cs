using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// Records as the service lays them out: no blanks, no escapes, members in any order, 56 digits of sequence number, times as
/// <see cref="UsualTime"/> takes them. Names are compared whole and ends of strings found by vectors, where a general reader looks at
/// every byte. Does not own what an answer means: whatever stands otherwise, and whatever is wrong, is left to
/// <see cref="GetRecordsAnswer"/>, so that this can only be faster and never come to something else.
/// </summary>
internal static class UsualRecords
{
    /// <summary>Within so many bytes of the end nothing is read here, so that what has a known length need not be checked for room.</summary>
    private const int Margin = 96;

    private static readonly SearchValues<byte> EndsOfText
        = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, ' ').Select(control => (byte)control)]);

    [Flags]
    private enum Members
    {
        None = 0,
        Data = 1,
        SequenceNumber = 2,
        Time = 4,
        Key = 8,
        Encryption = 16,
        Required = Data | SequenceNumber | Time | Key,
    }

    /// <param name="json">From where the first byte of a record is expected.</param>
    /// <returns>Bytes up to the first record that is not read here, or to the end of the array; 0 if none is.</returns>
    public static int Read(ReadOnlySpan<byte> json, RecordBatch batch, long notBeforeMicros)
    {
        int read = 0;
        while (true)
        {
            int length = ReadRecord(json[read..], batch, notBeforeMicros);
            read += length;
            if (length == 0 || json[read] == (byte)']') return read;
            read++;
        }
    }

    /// <returns>The record's bytes, which a bracket or a comma and a record follow; or 0, and nothing happened.</returns>
    private static int ReadRecord(ReadOnlySpan<byte> json, RecordBatch batch, long notBeforeMicros)
    {
        ref RecordBatch.RecordHeader record = ref batch.Next();
        Members seen = Members.None;
        int at = 0;
        byte lead = (byte)'{';
        while (json.Length - at > Margin && json[at] == lead)
        {
            ReadOnlySpan<byte> member = json[(at + 1)..];
            Members kind;
            int length;
            switch (member[1])
            {
                case (byte)'S':
                    (kind, length) = (Members.SequenceNumber, ReadSequenceNumber(member, ref record));
                    break;
                case (byte)'A':
                    (kind, length) = (Members.Time, ReadTime(member, ref record));
                    break;
                case (byte)'D':
                    (kind, length) = (Members.Data, ReadData(member, ref record, batch));
                    break;
                case (byte)'P':
                    (kind, length) = (Members.Key, SkipText(member, "\"PartitionKey\":\""u8));
                    break;
                case (byte)'E':
                    (kind, length) = (Members.Encryption, SkipText(member, "\"EncryptionType\":\""u8));
                    break;
                default:
                    return 0;
            }

            if (length == 0) return 0;
            // Of a member that comes twice the last is taken, as the general reader does.
            seen |= kind;
            at += 1 + length;
            lead = (byte)',';
        }

        if ((seen & Members.Required) != Members.Required || !EndsRecord(json[at..])) return 0;
        batch.Advance(record.DataLength);
        if (record.ArrivalMicros >= notBeforeMicros) batch.KeepNext();
        return at + 1;
    }

    private static bool EndsRecord(ReadOnlySpan<byte> rest) => rest.StartsWith("},{"u8) || rest.StartsWith("}]"u8);

    private static int ReadSequenceNumber(ReadOnlySpan<byte> member, ref RecordBatch.RecordHeader record)
    {
        ReadOnlySpan<byte> name = "\"SequenceNumber\":\""u8;
        int end = name.Length + SequenceNumber.UsualDigits;
        if (!member.StartsWith(name) || member[end] != (byte)'"') return 0;
        bool isNumber = SequenceNumber.TryParse(member[name.Length..end], out record.SequenceNumber);
        return isNumber && record.SequenceNumber != SequenceNumber.None ? end + 1 : 0;
    }

    private static int ReadTime(ReadOnlySpan<byte> member, ref RecordBatch.RecordHeader record)
    {
        ReadOnlySpan<byte> name = "\"ApproximateArrivalTimestamp\":"u8;
        if (!member.StartsWith(name)) return 0;
        int length = UsualTime.Read(member[name.Length..], out record.ArrivalMicros);
        return length == 0 ? 0 : name.Length + length;
    }

    private static int ReadData(ReadOnlySpan<byte> member, ref RecordBatch.RecordHeader record, RecordBatch batch)
    {
        ReadOnlySpan<byte> name = "\"Data\":\""u8;
        if (!member.StartsWith(name)) return 0;
        ReadOnlySpan<byte> text = member[name.Length..];
        int length = text.IndexOf((byte)'"');
        if (length < 0 || length % 4 != 0) return 0;
        int mostBytes = length / 4 * 3;
        record.DataOffset = batch.Reserve(mostBytes, out Span<byte> space);
        if (Base64.DecodeFromUtf8(text[..length], space, out _, out record.DataLength) != OperationStatus.Done) return 0;
        // Padding makes it up to two bytes less. Where it is more there are blanks, which decoding skips and JSON forbids, but for spaces.
        return mostBytes - record.DataLength <= 2 ? name.Length + length + 1 : 0;
    }

    /// <param name="name">Up to the first quote of the text.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipText(ReadOnlySpan<byte> member, ReadOnlySpan<byte> name)
    {
        if (!member.StartsWith(name)) return 0;
        ReadOnlySpan<byte> text = member[name.Length..];
        Vector128<byte> first = Vector128.Create(text);
        uint ends = (Vector128.Equals(first, Vector128.Create((byte)'"'))
            | Vector128.Equals(first, Vector128.Create((byte)'\\'))
            | Vector128.LessThan(first, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
        int length = ends != 0 ? BitOperations.TrailingZeroCount(ends) : text.IndexOfAny(EndsOfText);
        return length >= 0 && text[length] == (byte)'"' ? name.Length + length + 1 : 0;
    }
}
