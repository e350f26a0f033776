namespace Streaming.Shared.Streams.Local;

/// <summary>Where in the log a reader begins, and what it leaves out from there on.</summary>
/// <param name="Segment">Segment to begin in, 0 if there is none yet.</param>
/// <param name="Last">Last sequence number before that place, or null if it need not be known.</param>
/// <param name="After">Records up to this number are left out.</param>
/// <param name="NotBeforeMicros">Records that arrived before are left out.</param>
internal readonly record struct ReaderStart(ulong Segment, long Offset, ulong? Last, ulong After, long NotBeforeMicros)
{
    /// <summary>Finds the place by the segments' names and first headers; the frames before the wanted one are passed while reading.</summary>
    public static ReaderStart Find(LogCursor cursor, StreamPosition from, SyncedEnd end, string address)
    {
        List<ulong> segments = cursor.Folder.ListSegments();
        switch (from.Kind)
        {
            case StreamPositionKind.TrimHorizon:
                return new ReaderStart(segments.FirstOrDefault(), 0, null, 0, long.MinValue);
            case StreamPositionKind.Latest:
                return AtEnd(end, 0);
            case StreamPositionKind.AtTimestamp:
                ulong segment = segments.FindLast(s => FirstArrival(cursor, s) < from.TimestampMicros);
                return new ReaderStart(segment == 0 ? segments.FirstOrDefault() : segment, 0, null, 0, from.TimestampMicros);
            default:
                return FindAfter(cursor, segments, from, end, address);
        }
    }

    /// <summary>The next segment that can be read from its beginning: whatever is lost after the position, the loss lies before it.</summary>
    private static ReaderStart Behind(List<ulong> segments, ulong after) => new(segments.Find(first => first > after), 0, null, after, long.MinValue);

    private static ReaderStart AtEnd(SyncedEnd end, ulong after) => new(end.Segment, end.Offset, end.Last, after, long.MinValue);

    private static ReaderStart FindAfter(LogCursor cursor, List<ulong> segments, StreamPosition from, SyncedEnd end, string address)
    {
        SequenceNumber position = from.SequenceNumber;
        if (position > SequenceNumber.FromUInt64(end.Last))
        {
            throw new StreamDataLossException(
                $"Stream {address}: the position, record {position}, lies beyond the end, record {end.Last}. The stream was replaced by another or by an older copy. "
                + "Reset the reader's checkpoints, or restore the newer copy.");
        }

        ulong after = position.ToUInt64();
        if (after == end.Last) return AtEnd(end, after);
        if (from.AcceptsLoss) return Behind(segments, after);
        ulong segment = segments.FindLast(first => first <= after + 1);
        if (segment != 0) return new ReaderStart(segment, 0, null, after, long.MinValue);

        // The first segment begins later: right only if no record ever stood between.
        segment = segments.FirstOrDefault();
        if (segment != 0)
        {
            cursor.MoveTo(segment, 0, null);
            _ = cursor.Peek();
            if (cursor.HasHeader && cursor.Header.Follows <= after) return new ReaderStart(segment, 0, null, after, long.MinValue);
        }

        throw new StreamDataLossException(
            $"Stream {address}: the position, record {position}, is older than the oldest record that is still there ({(segment == 0 ? "none" : segment)}): "
            + $"records {after + 1} to {(segment == 0 ? end.Last : segment - 1)} were removed. Restore their segments, or go on without them: start a consumer with --on-data-loss continue.");
    }

    private static long FirstArrival(LogCursor cursor, ulong segment)
    {
        cursor.MoveTo(segment, 0, null);
        _ = cursor.Peek();
        return cursor.HasHeader ? cursor.Header.ArrivalMicros : long.MaxValue;
    }
}
