using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>An answer to GetRecords, put straight into a <see cref="RecordBatch"/>: no object, string or array per record.</summary>
internal static class GetRecordsAnswer
{
    /// <param name="notBeforeMicros">Records that arrived before it are left out: the service cuts a start time to milliseconds.</param>
    /// <returns>The next iterator; null at the end of a closed shard.</returns>
    /// <exception cref="FormatException">Not an answer to GetRecords.</exception>
    public static string? Parse(ReadOnlySpan<byte> json, RecordBatch batch, long notBeforeMicros = long.MinValue)
    {
        var scanner = new JsonScanner(json);
        string? next = null;
        bool isFirst = true;
        scanner.Take((byte)'{');
        while (scanner.TryNextMember(ref isFirst, out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("Records"u8)) ParseRecords(ref scanner, batch, notBeforeMicros);
            else if (name.SequenceEqual("NextShardIterator"u8)) next = scanner.Text();
            else if (name.SequenceEqual("MillisBehindLatest"u8)) batch.MillisBehindLatest = ParseMillis(scanner.Scalar());
            else scanner.SkipValue();
        }

        if (next is not null) return next;
        // Some emulators report the largest number there is for the end of a shard, where nothing can be behind.
        batch.MillisBehindLatest = 0;
        batch.IsEndOfShard = true;
        return null;
    }

    private static void ParseRecords(ref JsonScanner scanner, RecordBatch batch, long notBeforeMicros)
    {
        bool isFirst = true;
        scanner.Take((byte)'[');
        while (scanner.TryNextElement(ref isFirst)) ParseRecord(ref scanner, batch, notBeforeMicros);
    }

    private static void ParseRecord(ref JsonScanner answer, RecordBatch batch, long notBeforeMicros)
    {
        // A copy, whose place can stay in a register.
        JsonScanner scanner = answer;
        ref RecordBatch.RecordHeader record = ref batch.Next();
        record = default;
        record.DataLength = -1;
        bool isFirst = true;
        scanner.Take((byte)'{');
        while (scanner.TryNextMember(ref isFirst))
        {
            if (scanner.TryTakeName("\"Data\""u8))
            {
                record.DataLength = Decode(ref scanner, batch, out record.DataOffset);
            }
            else if (scanner.TryTakeName("\"SequenceNumber\""u8))
            {
                ParseNumber(ref scanner, out record.SequenceNumber);
            }
            else if (scanner.TryTakeName("\"ApproximateArrivalTimestamp\""u8))
            {
                if (!TryParseUsualTime(ref scanner, out record.ArrivalMicros)) record.ArrivalMicros = ParseTime(scanner.Scalar());
            }
            else if (scanner.TryTakeName("\"PartitionKey\""u8))
            {
                scanner.String(out _);
            }
            else
            {
                scanner.SkipMember();
            }
        }

        answer = scanner;
        if (record.DataLength < 0 || record.SequenceNumber == SequenceNumber.None) throw scanner.Malformed();
        if (record.ArrivalMicros >= notBeforeMicros) batch.KeepNext();
    }

    private static void ParseNumber(ref JsonScanner scanner, out SequenceNumber number)
    {
        // The service's have 56 digits: where these are digits, the end of the text need not be looked for.
        const int digits = 56;
        ReadOnlySpan<byte> rest = scanner.Rest;
        if (rest.Length > digits + 1 && rest[0] == (byte)'"' && rest[digits + 1] == (byte)'"' && SequenceNumber.TryParse(rest.Slice(1, digits), out number))
        {
            scanner.Advance(digits + 2);
            return;
        }

        if (!SequenceNumber.TryParse(scanner.String(out _), out number)) throw scanner.Malformed();
    }

    private static int Decode(ref JsonScanner scanner, RecordBatch batch, out int offset)
    {
        ReadOnlySpan<byte> text = scanner.String(out bool isEscaped);
        offset = batch.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length), out Span<byte> space);
        OperationStatus status = isEscaped ? DecodeEscaped(text, space, out int written) : Base64.DecodeFromUtf8(text, space, out _, out written);
        if (status != OperationStatus.Done) throw scanner.Malformed();
        batch.Advance(written);
        return written;
    }

    // A writer may escape '/' and '+', which the service itself does not.
    private static OperationStatus DecodeEscaped(ReadOnlySpan<byte> text, Span<byte> space, out int written)
    {
        byte[] quoted = ArrayPool<byte>.Shared.Rent(text.Length + 2);
        try
        {
            quoted[0] = quoted[text.Length + 1] = (byte)'"';
            text.CopyTo(quoted.AsSpan(1));
            var reader = new Utf8JsonReader(quoted.AsSpan(0, text.Length + 2));
            reader.Read();
            byte[] plain = ArrayPool<byte>.Shared.Rent(text.Length);
            int length = reader.CopyString(plain);
            OperationStatus status = Base64.DecodeFromUtf8(plain.AsSpan(0, length), space, out _, out written);
            ArrayPool<byte>.Shared.Return(plain);
            return status;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(quoted);
        }
    }

    private static long ParseMillis(ReadOnlySpan<byte> number)
    {
        if (Utf8Parser.TryParse(number, out long millis, out int used) && used == number.Length) return Math.Max(0, millis);
        return number.SequenceEqual("null"u8) ? 0 : throw new FormatException("MillisBehindLatest is not a whole number.");
    }

    /// <summary>Ten digits of seconds, a point, three digits of milliseconds.</summary>
    private static bool TryParseUsualTime(ref JsonScanner scanner, out long micros)
    {
        const int length = 14;
        micros = 0;
        ReadOnlySpan<byte> rest = scanner.Rest;
        if (rest.Length <= length || rest[10] != (byte)'.' || rest[length] is not ((byte)',' or (byte)'}')) return false;
        if (!EightDigits.TryParse(rest, out uint first)) return false;
        uint d8 = rest[8] - (uint)'0', d9 = rest[9] - (uint)'0', d11 = rest[11] - (uint)'0', d12 = rest[12] - (uint)'0', d13 = rest[13] - (uint)'0';
        if (d8 > 9 || d9 > 9 || d11 > 9 || d12 > 9 || d13 > 9) return false;
        uint others = (d8 * 10_000) + (d9 * 1000) + (d11 * 100) + (d12 * 10) + d13;
        micros = ((first * 100_000L) + others) * 1000;
        scanner.Advance(length);
        return true;
    }

    /// <summary>Seconds since 1970 with a fraction to microseconds.</summary>
    private static long ParseTime(ReadOnlySpan<byte> number)
    {
        long micros = 0;
        int fraction = -1;
        foreach (byte digit in number)
        {
            if (digit is >= (byte)'0' and <= (byte)'9')
            {
                if (fraction == 6) continue;
                micros = (micros * 10) + (digit - (byte)'0');
                if (fraction >= 0) fraction++;
            }
            else if (digit == (byte)'.' && fraction < 0)
            {
                fraction = 0;
            }
            else
            {
                return ParseExponent(number);
            }
        }

        ReadOnlySpan<int> missing = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
        return micros * missing[Math.Max(fraction, 0)];
    }

    private static long ParseExponent(ReadOnlySpan<byte> number)
        => Utf8Parser.TryParse(number, out decimal seconds, out int used, 'E') && used == number.Length
            ? (long)Math.Round(seconds * 1_000_000)
            : throw new FormatException("ApproximateArrivalTimestamp is not a number of seconds.");
}
