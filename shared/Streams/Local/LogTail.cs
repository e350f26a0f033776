using Microsoft.Win32.SafeHandles;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// The true end of the log. Starts at the synced end and walks over what a producer may have written behind it before it died.
/// Changes nothing but the synced end, and that only for a producer; a torn tail is cut by the next producer (<see cref="LogAppender"/>).
/// </summary>
internal static class LogTail
{
    /// <summary>Finds the end, makes it durable and publishes it. The append lock must be held.</summary>
    /// <exception cref="StreamDataLossException">The log is damaged, or a segment that was written is not there.</exception>
    public static TailState Settle(StreamFolder folder, StreamManifest manifest, string address)
    {
        SyncedEnd? known = SyncedEnd.Read(folder, manifest.ChecksumSeed);
        TailState tail = Sync(folder, manifest, known, address);
        if (IsBeyond(tail.End, known)) tail.End.Write(folder, manifest.ChecksumSeed);
        return tail;
    }

    /// <summary>
    /// Finds the end and makes it durable without publishing it, for a reader, which changes no file. The append lock must be held or shared.
    /// </summary>
    /// <inheritdoc cref="Settle"/>
    public static TailState Sync(StreamFolder folder, StreamManifest manifest, SyncedEnd? known, string address)
    {
        TailState tail = Find(folder, manifest, known, address);
        SyncedEnd end = tail.End;
        // A log that ends before its known end was cut by something else than a crash. Its numbers stay given away.
        ulong promised = Math.Max(known?.Last ?? 0, manifest.LastClosed);
        if (LogDamage.CutTooFar(folder, end.Last, promised, address) is { } loss) throw loss;
        if (IsBeyond(end, known)) Sync(folder, end.Segment);
        return tail with
        {
            End = end with { LastArrivalMicros = Math.Max(end.LastArrivalMicros, known?.LastArrivalMicros ?? 0) },
            LastGivenAway = Math.Max(end.Last, promised),
        };
    }

    private static bool IsBeyond(in SyncedEnd end, SyncedEnd? known) => end.Offset > 0 && end.Last > (known?.Last ?? 0);

    /// <summary>Finds the end without making it durable: for a folder that cannot be written.</summary>
    public static TailState Find(StreamFolder folder, StreamManifest manifest, SyncedEnd? known, string address)
    {
        if (known is { } end && IsWholeLog(folder, end, manifest.LastClosed)) return new TailState(end, null, end.Last);
        using var cursor = new LogCursor(folder, manifest.ChecksumSeed);
        return TryStart(cursor, known, manifest.LastClosed, address, out SyncedEnd start) ? Walk(cursor, start, address) : new TailState(start, null, start.Last);
    }

    /// <summary>True if no frame was begun behind the synced end: two looks at the folder, the usual case.</summary>
    /// <param name="lastClosed">From the manifest: an end before it is that of an older log.</param>
    public static bool IsWholeLog(StreamFolder folder, in SyncedEnd end, ulong lastClosed)
        => end.Segment != 0 && end.Last >= lastClosed && EndsInZeros(folder, end) && !File.Exists(folder.Segment(end.Last + 1));

    /// <summary>
    /// True if the segment ends here, or in zeros. Where the first bytes of a frame never came to the disk and later ones did, which only
    /// a power cut can do, the next frame is written over them, and whatever stands behind that one is a torn tail.
    /// </summary>
    private static bool EndsInZeros(StreamFolder folder, in SyncedEnd end)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(folder.Segment(end.Segment), share: FileShare.ReadWrite | FileShare.Delete);
            long rest = RandomAccess.GetLength(file) - end.Offset;
            if (rest is < 0 or > LogAppender.PreallocatedBytes) return false;
            Span<byte> next = stackalloc byte[FrameHeader.Size];
            return !next[..RandomAccess.Read(file, next, end.Offset)].ContainsAnyExcept((byte)0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static bool TryStart(LogCursor cursor, SyncedEnd? known, ulong lastClosed, string address, out SyncedEnd start)
    {
        start = known ?? default;
        List<ulong> segments = cursor.Folder.ListSegments();
        if (segments.Count == 0)
            return Math.Max(start.Last, lastClosed) is > 0 and var promised ? throw LogDamage.MissingRecords(cursor.Folder, 0, promised, address) : false;
        if (start.Last > 0 && !segments.Contains(start.Segment)) throw LogDamage.MissingRecords(cursor.Folder, start.Segment - 1, start.Last, address);
        if (start.Last > 0 && new FileInfo(cursor.Folder.Segment(start.Segment)).Length >= start.Offset)
        {
            cursor.MoveTo(start.Segment, start.Offset, start.Last);
            return true;
        }

        // No synced end that fits: from the beginning of the newest segment that has a beginning.
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            cursor.MoveTo(segments[i], 0, null);
            _ = cursor.Peek();
            if (cursor.HasHeader) break;
        }

        ulong last = cursor.HasHeader ? cursor.Header.Follows : cursor.Segment - 1;
        cursor.MoveTo(cursor.Segment, 0, last);
        start = new SyncedEnd(cursor.Segment, 0, last, 0);
        return true;
    }

    private static TailState Walk(LogCursor cursor, SyncedEnd end, string address)
    {
        while (true)
        {
            FrameState state = cursor.Peek();
            if (state == FrameState.Valid && cursor.BlocksAreIntact())
            {
                cursor.Pass();
                end = new SyncedEnd(cursor.Segment, cursor.Offset, cursor.Header.Last, cursor.Header.ArrivalMicros);
                continue;
            }

            switch (state)
            {
                case FrameState.End when cursor.MoveToNextSegment():
                    continue;
                // An empty segment after the end is a torn tail too: its producer died before it wrote the first byte.
                case FrameState.End:
                    return new TailState(end, cursor.Offset == 0 ? new TornTail(cursor.Segment, 0) : null, end.Last);
                case FrameState.Gap:
                    throw LogDamage.Gap(cursor, address);
                case FrameState.Shrunk:
                    throw LogDamage.Shrunk(cursor, address);
                default:
                    if (LogDamage.Judge(cursor, address) is { } damage) throw damage;
                    return new TailState(end, new TornTail(cursor.Segment, cursor.Offset), end.Last);
            }
        }
    }

    private static void Sync(StreamFolder folder, ulong segment)
    {
        // Windows syncs only what is opened for writing; elsewhere a folder that may only be read can be synced too.
        FileAccess access = OperatingSystem.IsWindows() ? FileAccess.Write : FileAccess.Read;
        using SafeFileHandle file = File.OpenHandle(folder.Segment(segment), FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
        StreamFolder.SyncNames(folder.Log);
    }
}

/// <param name="End">Behind the last good frame.</param>
/// <param name="Torn">What a crash left behind it, or null.</param>
/// <param name="LastGivenAway">Largest sequence number that any record ever had.</param>
internal readonly record struct TailState(SyncedEnd End, TornTail? Torn, ulong LastGivenAway);

/// <summary>Where a torn tail begins.</summary>
internal readonly record struct TornTail(ulong Segment, long Offset);
