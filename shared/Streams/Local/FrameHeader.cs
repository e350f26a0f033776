using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// What stands before the records of one batch in the log. A frame is this header (48 bytes), a directory with one
/// <see cref="BlockEntry"/> per shard that the batch touches, then the blocks in that order. All numbers are little-endian.
/// The header's checksum covers header and directory, each block has its own, so that a reader of one shard checks all that
/// it uses and need not touch the blocks of other shards. What a block is: <see cref="RecordBlock"/>.
/// </summary>
/// <param name="First">Sequence number of the frame's first record; the others follow without gap, in the order of the batch.</param>
/// <param name="Follows">
/// Last sequence number of the frame before this one, 0 for none. Another number means that a frame is missing. <see cref="First"/>
/// is one more, unless numbers that had been given away were lost with a tail: those are not given twice.
/// </param>
/// <param name="ArrivalMicros">Arrival time of all its records, UTC microseconds since 1970; never less than the frame before.</param>
internal readonly record struct FrameHeader(ulong First, ulong Follows, long ArrivalMicros, int RecordCount, int BlockCount, int BlockBytes)
{
    public const int Size = 48;

    /// <summary>The largest frame: a full batch whose records all go to different shards.</summary>
    public const int MaxFrameBytes = Size + (PutBatch.MaxRecords * (BlockEntry.Size + RecordEntry.Size)) + PutBatch.MaxBytes;

    /// <summary>"LSF2": local stream frame, format 2; in the first, blocks were not compressed.</summary>
    public static ReadOnlySpan<byte> Magic => "LSF2"u8;

    public ulong Last => First + (ulong)RecordCount - 1;

    /// <summary>Bytes before the first block.</summary>
    public int HeadBytes => Size + (BlockCount * BlockEntry.Size);

    public int FrameBytes => HeadBytes + BlockBytes;

    /// <summary>Writes the header in front of a directory that is already there, and the checksum over both.</summary>
    public void Write(Span<byte> head, uint seed)
    {
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], BlockBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], BlockCount);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], First);
        BinaryPrimitives.WriteUInt64LittleEndian(head[24..], Follows);
        BinaryPrimitives.WriteInt64LittleEndian(head[32..], ArrivalMicros);
        BinaryPrimitives.WriteInt64LittleEndian(head[40..], RecordCount);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], Crc32C.Compute(seed, head[8..HeadBytes]));
    }

    /// <summary>How many bytes header and directory have, or 0 if no frame can begin with these bytes.</summary>
    public static int HeadLength(ReadOnlySpan<byte> start)
    {
        if (start.Length < Size || !start.StartsWith(Magic)) return 0;
        int blocks = BinaryPrimitives.ReadInt32LittleEndian(start[12..]);
        return blocks is >= 1 and <= PutBatch.MaxRecords ? Size + (blocks * BlockEntry.Size) : 0;
    }

    /// <summary>Reads a header together with its directory; false if the checksum or a bound does not hold.</summary>
    /// <param name="seed">From the stream's creation id: a frame of another stream is none of ours.</param>
    public static bool TryRead(ReadOnlySpan<byte> head, uint seed, out FrameHeader header)
    {
        header = default;
        int length = HeadLength(head);
        if (length == 0 || head.Length < length) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) != Crc32C.Compute(seed, head[8..length])) return false;
        header = new FrameHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(head[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(head[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(head[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[8..]));
        return header.First > header.Follows && header.RecordCount is >= 1 and <= PutBatch.MaxRecords
            && header.BlockBytes >= 0 && header.FrameBytes <= MaxFrameBytes;
    }
}

/// <summary>One line of a frame's directory: which shard the block belongs to, how many records and bytes it has.</summary>
/// <param name="Length">Bytes in the log.</param>
/// <param name="DataBytes">Bytes of its records' data, once decompressed.</param>
/// <param name="Checksum">Of the bytes in the log.</param>
internal readonly record struct BlockEntry(int Shard, int RecordCount, int Length, int DataBytes, uint Checksum)
{
    public const int Size = 20;

    /// <summary>True if a frame with that header may have such a block.</summary>
    public bool FitsInto(in FrameHeader header)
        => RecordCount > 0 && RecordCount <= header.RecordCount && Length <= header.BlockBytes && Length >= RecordCount * RecordEntry.Size
            && DataBytes is >= 0 and <= PutBatch.MaxBytes;

    public static BlockEntry Read(ReadOnlySpan<byte> head, int index)
    {
        ReadOnlySpan<byte> entry = head.Slice(FrameHeader.Size + (index * Size), Size);
        return new BlockEntry(
            BinaryPrimitives.ReadInt32LittleEndian(entry),
            BinaryPrimitives.ReadInt32LittleEndian(entry[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]));
    }

    public void Write(Span<byte> head, int index)
    {
        Span<byte> entry = head.Slice(FrameHeader.Size + (index * Size), Size);
        BinaryPrimitives.WriteInt32LittleEndian(entry, Shard);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], RecordCount);
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(entry[12..], DataBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], Checksum);
    }
}

/// <summary>One record of a block. <see cref="Index"/> counts within the whole frame.</summary>
internal readonly record struct RecordEntry(int Index, int KeyLength, int DataLength)
{
    public const int Size = 8;

    // A frame's records are fewer than 512, and a key has less than 2^23 bytes.
    private const int IndexBits = 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RecordEntry Read(ReadOnlySpan<byte> bytes)
    {
        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return new RecordEntry((int)word & ((1 << IndexBits) - 1), (int)((uint)word >> IndexBits), (int)(word >> 33));
    }

    public void Write(Span<byte> bytes)
        => BinaryPrimitives.WriteUInt64LittleEndian(bytes, (uint)(Index | (KeyLength << IndexBits)) | ((ulong)DataLength << 33));
}
