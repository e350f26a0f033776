using System.Buffers;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// Tells a torn tail, which a crash leaves behind and which nobody was promised, from damage, which must never be cut or
/// skipped. A tail is torn if nothing comes after it: no later segment, no further frame, and not more bytes than one frame and what is preallocated behind it have.
/// </summary>
internal static class LogDamage
{
    /// <summary>Null if the broken bytes at the cursor are a torn tail, else the error to throw.</summary>
    public static StreamDataLossException? Judge(LogCursor cursor, string address)
    {
        ulong nextSegment = cursor.Folder.NextSegment(cursor.Segment);
        if (nextSegment != 0) return Damage(cursor, address, "the segment goes on behind it in another file", nextSegment - 1);
        long broken = RandomAccess.GetLength(cursor.File) - cursor.Offset;
        if (broken > FrameHeader.MaxFrameBytes + LogAppender.PreallocatedBytes)
            return Damage(cursor, address, $"{broken} bytes are unreadable, more than one batch can leave behind", null);
        return FindLaterFrame(cursor, (int)broken) is { } later ? Damage(cursor, address, "readable batches follow it", later.Follows) : null;
    }

    public static StreamDataLossException Gap(LogCursor cursor, string address) => new(
        $"Stream {address}: records {cursor.Last + 1} to {cursor.Header.Follows} are missing before byte {cursor.Offset} of "
        + $"{cursor.Folder.Segment(cursor.Segment)}. {Remedy}");

    public static StreamDataLossException Shrunk(LogCursor cursor, string address) => new(
        $"Stream {address}: segment {cursor.Folder.Segment(cursor.Segment)} was read up to byte {cursor.Offset} (record {cursor.Last}) and is shorter now. "
        + "It was replaced or cut while it was read. Restore it from a copy, or reset the reader's checkpoints.");

    public static StreamDataLossException MissingRecords(StreamFolder folder, ulong last, ulong promised, string address) => new(
        $"Stream {address}: records {last + 1} to {promised} were written and are missing in {folder.Log}: a segment is gone or was cut. {Remedy}");

    /// <summary>A tail that was acknowledged may fall to a disk that lost what it had confirmed: one batch. More is damage.</summary>
    public static StreamDataLossException? CutTooFar(StreamFolder folder, ulong last, ulong promised, string address)
        => promised > last + PutBatch.MaxRecords ? MissingRecords(folder, last, promised, address) : null;

    public static StreamDataLossException Damage(LogCursor cursor, string address, string evidence, ulong? lastLost) => new(
        $"Stream {address}: segment {cursor.Folder.Segment(cursor.Segment)} is damaged at byte {cursor.Offset} ({evidence}): "
        + $"records {(cursor.Last ?? cursor.Segment - 1) + 1} to {lastLost?.ToString() ?? "?"} cannot be read. {Remedy}");

    private const string Remedy = "Restore it from a copy; or go on behind it, at the next segment: start a consumer with --on-data-loss continue.";

    private static FrameHeader? FindLaterFrame(LogCursor cursor, int length)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(0, cursor.ReadFully(bytes.AsSpan(0, length), cursor.Offset));
            // Where the header is good, the search begins behind its frame: a record may itself contain a piece of a log.
            int skip = cursor.HasHeader ? cursor.Header.FrameBytes : 1;
            while (skip < rest.Length)
            {
                rest = rest[skip..];
                int candidate = rest.IndexOf(FrameHeader.Magic);
                if (candidate < 0) return null;
                rest = rest[candidate..];
                if (FrameHeader.TryRead(rest, cursor.Seed, out FrameHeader header) && header.Follows >= (cursor.Last ?? 0)) return header;
                skip = 1;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
