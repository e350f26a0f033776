using Microsoft.Win32.SafeHandles;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// Appends frames: one write and one sync each. Owns the open last segment, the space preallocated behind its end, and the numbers and times that
/// records get. Does not own the append lock, which its caller holds.
/// </summary>
/// <remarks>
/// Space is preallocated as zeros, a quarter of a MiB at a time. A frame in their place changes no length and no block of the file, so that a
/// sync has nothing to write but the frame: half the time of one that makes the file longer. Who closes the stream cuts them off again.
/// </remarks>
internal sealed class LogAppender(StreamFolder folder, StreamManifest manifest, TimeProvider time, long segmentBytes, string address) : IDisposable
{
    /// <summary>Most zeros that stand behind the end of the log.</summary>
    public const int PreallocatedBytes = 256 * 1024;

    private static readonly byte[] Zeros = new byte[PreallocatedBytes];

    private SafeFileHandle? _file;
    private ulong _segment;

    /// <param name="frame">From <see cref="FrameEncoder"/>; its header is written here.</param>
    public void Append(Memory<byte> frame, int blockCount, int recordCount)
    {
        TailState tail = LogTail.Settle(folder, manifest, address);
        if (tail.Torn is { } torn) Cut(torn);

        SyncedEnd end = tail.End;
        long arrival = Math.Max(Micros(time.GetUtcNow()), end.LastArrivalMicros);
        int headBytes = FrameHeader.Size + (blockCount * BlockEntry.Size);
        var header = new FrameHeader(tail.LastGivenAway + 1, end.Last, arrival, recordCount, blockCount, frame.Length - headBytes);
        header.Write(frame.Span, manifest.ChecksumSeed);

        // A segment cut down to nothing is gone, and the next one has its own first number.
        bool isNew = end.Offset == 0 || end.Offset + frame.Length > segmentBytes;
        ulong segment = isNew ? header.First : end.Segment;
        long offset = isNew ? 0 : end.Offset;
        if (isNew && end.Offset > 0) Finish(end);
        Write(frame.Span, segment, offset, isNew);
        new SyncedEnd(segment, offset + frame.Length, header.Last, arrival).Write(folder, manifest.ChecksumSeed);
    }

    /// <summary>Cuts what is preallocated off, so that a log at rest has no bytes but its frames. The append lock must be held.</summary>
    public void CutPreallocated()
    {
        TailState tail = LogTail.Settle(folder, manifest, address);
        if (tail.End.Offset > 0 && tail.Torn is null) Cut(new TornTail(tail.End.Segment, tail.End.Offset));
    }

    public void Dispose() => Close();

    public static long Micros(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private void Write(ReadOnlySpan<byte> frame, ulong segment, long offset, bool isNew)
    {
        try
        {
            SafeFileHandle file = Open(segment, isNew);
            long length = RandomAccess.GetLength(file);
            RandomAccess.Write(file, frame, offset);
            if (offset + frame.Length > length) Preallocate(file, offset + frame.Length);
            RandomAccess.FlushToDisk(file);
            if (isNew) StreamFolder.SyncNames(folder.Log);
        }
        catch (Exception e)
        {
            // After a failed sync nobody knows which bytes are on disk, so that the frame must not stay.
            TryTakeBack(new TornTail(segment, offset));
            // The framework's word for a file that the system does not let grow (EFBIG).
            if (e is ArgumentOutOfRangeException) throw new IOException("The log file may not grow: a limit on the size of files", e);
            throw;
        }
    }

    /// <summary>Up to a multiple of <see cref="PreallocatedBytes"/>, as far as frames may go there.</summary>
    private void Preallocate(SafeFileHandle file, long end)
    {
        long zeros = Math.Min(PreallocatedBytes - (end % PreallocatedBytes), segmentBytes - end);
        if (zeros > 0) RandomAccess.Write(file, Zeros.AsSpan(0, (int)zeros), end);
    }

    /// <summary>Cuts a segment to its end, on disk before the next one is: zeros before another segment would be damage.</summary>
    private void Finish(in SyncedEnd end)
    {
        SafeFileHandle file = Open(end.Segment, isNew: false);
        RandomAccess.SetLength(file, end.Offset);
        RandomAccess.FlushToDisk(file);
    }

    private SafeFileHandle Open(ulong segment, bool isNew)
    {
        if (_file is not null && _segment == segment && !isNew) return _file;
        Close();
        _file = File.OpenHandle(
            folder.Segment(segment), isNew ? FileMode.CreateNew : FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _segment = segment;
        return _file;
    }

    private void TryTakeBack(TornTail tail)
    {
        try
        {
            Cut(tail);
        }
        catch (IOException)
        {
            // Then a torn tail stays, which the next producer finds and cuts; the first error is the one to report.
        }
    }

    private void Cut(TornTail tail)
    {
        Close();
        string path = folder.Segment(tail.Segment);
        if (tail.Offset == 0)
        {
            File.Delete(path);
            return;
        }

        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(file, tail.Offset);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
