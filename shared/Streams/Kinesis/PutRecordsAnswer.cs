namespace Streaming.Shared.Streams.Kinesis;

/// <summary>An answer to PutRecords: which records of the request were refused.</summary>
internal static class PutRecordsAnswer
{
    /// <param name="count">Records in the request.</param>
    /// <exception cref="FormatException">Not an answer to that request.</exception>
    public static IReadOnlyList<RefusedRecord> Parse(ReadOnlySpan<byte> json, int count)
    {
        if (SaysAllAccepted(json)) return [];
        var refused = new List<RefusedRecord>();
        var scanner = new JsonScanner(json);
        int records = 0;
        bool isFirst = true;
        scanner.Take((byte)'{');
        while (scanner.TryNextMember(ref isFirst, out ReadOnlySpan<byte> name))
        {
            if (!name.SequenceEqual("Records"u8))
            {
                scanner.SkipValue();
                continue;
            }

            bool isFirstRecord = true;
            scanner.Take((byte)'[');
            while (scanner.TryNextElement(ref isFirstRecord))
            {
                if (ParseErrorCode(ref scanner) is { } code) refused.Add(new RefusedRecord(records, code));
                records++;
            }
        }

        return records == count ? refused : throw new FormatException($"PutRecords of {count} records was answered for {records}.");
    }

    // The usual answer is not read record by record. The quotes cannot come from inside a text, where they would be escaped.
    private static bool SaysAllAccepted(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> none = "\"FailedRecordCount\":0"u8;
        int at = json.IndexOf(none);
        return at >= 0 && at + none.Length < json.Length && json[at + none.Length] is (byte)',' or (byte)'}';
    }

    private static string? ParseErrorCode(ref JsonScanner scanner)
    {
        string? code = null;
        bool isFirst = true;
        scanner.Take((byte)'{');
        while (scanner.TryNextMember(ref isFirst, out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("ErrorCode"u8)) code = scanner.Text();
            else scanner.SkipValue();
        }

        return code;
    }
}
