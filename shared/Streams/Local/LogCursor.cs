using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Streaming.Shared.Streams.Local;

/// <summary>What stands at a place of the log.</summary>
internal enum FrameState
{
    /// <summary>A frame with a good header, complete, which follows the one before.</summary>
    Valid,

    /// <summary>The segment ends exactly here.</summary>
    End,

    /// <summary>Bytes that are no complete frame: a torn tail or damage.</summary>
    Broken,

    /// <summary>A good frame that does not follow the one before: something between them is missing.</summary>
    Gap,

    /// <summary>The segment is shorter than this place, although it was once read up to here.</summary>
    Shrunk,
}

/// <summary>
/// A place in the log that moves forward frame by frame and reads headers only; blocks are read on demand.
/// Owns the open segment and a small window over it. Does not judge what a broken frame means (<see cref="LogDamage"/>).
/// </summary>
internal sealed class LogCursor(StreamFolder folder, uint seed) : IDisposable
{
    private const int SmallRead = 4096;
    private const int HeadRead = 512;
    private const int LargestHead = FrameHeader.Size + (PutBatch.MaxRecords * BlockEntry.Size);

    private readonly byte[] _window = new byte[LargestHead];
    private byte[] _block = [];
    private SafeFileHandle? _file;
    private long _windowStart;
    private int _windowLength;
    private FrameHeader _header;
    // As it was when it was last asked for, once a look at the log, and not once a frame.
    private long _knownLength;

    /// <summary>First sequence number of the segment; 0 while there is none.</summary>
    public ulong Segment { get; private set; }

    public long Offset { get; private set; }

    /// <summary>Last sequence number before <see cref="Offset"/>, or null if it is not known yet.</summary>
    public ulong? Last { get; private set; }

    /// <summary>The frame at <see cref="Offset"/>, once <see cref="Peek"/> has read its header.</summary>
    public ref readonly FrameHeader Header => ref _header;

    /// <summary>True if the last <see cref="Peek"/> found a good header, whatever follows it.</summary>
    public bool HasHeader { get; private set; }

    public SafeFileHandle File => _file ?? throw new InvalidOperationException("The cursor stands on no segment.");

    public uint Seed => seed;

    public StreamFolder Folder => folder;

    /// <exception cref="FileNotFoundException">The segment is not there.</exception>
    public void MoveTo(ulong segment, long offset, ulong? last)
    {
        _file?.Dispose();
        _file = System.IO.File.OpenHandle(folder.Segment(segment), share: FileShare.ReadWrite | FileShare.Delete);
        (Segment, Offset, Last) = (segment, offset, last);
        Forget();
    }

    /// <summary>Drops what was read ahead. To be called when the log may have grown: the window may hold bytes of a frame half written.</summary>
    public void Forget() => (_windowLength, _knownLength) = (0, 0);

    public FrameState Peek()
    {
        HasHeader = false;
        ReadOnlySpan<byte> head = Look(Offset, FrameHeader.Size);
        if (head.IsEmpty) return RandomAccess.GetLength(File) < Offset ? FrameState.Shrunk : FrameState.End;
        int headLength = FrameHeader.HeadLength(head);
        if (headLength == 0 || !FrameHeader.TryRead(Look(Offset, headLength), seed, out _header)) return FrameState.Broken;
        HasHeader = true;
        if (Last is { } last && (_header.Follows > last || _header.First <= last)) return FrameState.Gap;
        if (Offset == 0 && _header.First != Segment) return FrameState.Gap;
        return IsInside(Offset + _header.FrameBytes) ? FrameState.Valid : FrameState.Broken;
    }

    /// <summary>Moves behind the frame that <see cref="Peek"/> found.</summary>
    public void Pass()
    {
        Offset += _header.FrameBytes;
        Last = _header.Last;
    }

    /// <summary>Moves to the segment after this one; false if this is the last.</summary>
    public bool MoveToNextSegment()
    {
        ulong next = folder.NextSegment(Segment);
        if (next == 0) return false;
        MoveTo(next, 0, Last);
        return true;
    }

    /// <summary>The current frame's block of one shard and its place in the file; false if the frame has none.</summary>
    public bool FindBlock(int shard, out BlockEntry block, out long blockOffset)
    {
        ReadOnlySpan<byte> head = Look(Offset, _header.HeadBytes);
        blockOffset = Offset + _header.HeadBytes;
        for (int i = 0; i < _header.BlockCount; i++)
        {
            block = BlockEntry.Read(head, i);
            if (block.Shard == shard) return true;
            blockOffset += block.Length;
        }

        block = default;
        return false;
    }

    /// <summary>A block as it stands in the log, valid until the next look; empty if the bytes are not those that were written.</summary>
    public ReadOnlySpan<byte> ReadBlock(in BlockEntry block, long blockOffset)
    {
        if (_block.Length < block.Length) _block = new byte[BitOperations.RoundUpToPowerOf2((uint)block.Length)];
        Span<byte> stored = _block.AsSpan(0, block.Length);
        long inWindow = blockOffset - _windowStart;
        if (inWindow >= 0 && inWindow + stored.Length <= _windowLength) stored = _window.AsSpan((int)inWindow, stored.Length);
        else if (ReadFully(stored, blockOffset) < stored.Length) return [];
        return Crc32C.Compute(0, stored) == block.Checksum ? stored : [];
    }

    /// <summary>Checks every block of the current frame: what only a writer that goes on from an uncertain end has to do.</summary>
    public bool BlocksAreIntact()
    {
        byte[] content = new byte[_header.BlockBytes];
        if (ReadFully(content, Offset + _header.HeadBytes) < content.Length) return false;
        ReadOnlySpan<byte> rest = content;
        for (int i = 0; i < _header.BlockCount; i++)
        {
            BlockEntry block = BlockEntry.Read(Look(Offset, _header.HeadBytes), i);
            if (block.Length < 0 || block.Length > rest.Length || Crc32C.Compute(0, rest[..block.Length]) != block.Checksum) return false;
            rest = rest[block.Length..];
        }

        return rest.IsEmpty;
    }

    /// <summary>Reads as many bytes as there are, up to the target's length.</summary>
    public int ReadFully(Span<byte> target, long offset)
    {
        int total = 0;
        while (total < target.Length)
        {
            int read = RandomAccess.Read(File, target[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    public void Dispose() => _file?.Dispose();

    private bool IsInside(long end)
    {
        if (end > _knownLength) _knownLength = RandomAccess.GetLength(File);
        return end <= _knownLength;
    }

    // Small frames stand close together: one read serves many. Large ones are skipped without reading their blocks, and seldom come alone.
    private ReadOnlySpan<byte> Look(long offset, int length)
    {
        if (offset < _windowStart || offset + length > _windowStart + _windowLength)
        {
            _windowStart = offset;
            _windowLength = ReadFully(_window.AsSpan(0, Math.Max(length, _header.FrameBytes > SmallRead ? HeadRead : SmallRead)), offset);
        }

        int start = (int)(offset - _windowStart);
        return _window.AsSpan(start, Math.Min(length, _windowLength - start));
    }
}
