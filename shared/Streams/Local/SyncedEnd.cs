using System.Buffers.Binary;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// How far the log is known to be on disk. Readers deliver nothing beyond it: a record that a power cut could still take
/// back, and whose number another record would then get, must not have been seen by anyone.
/// Written after each sync of the log and not synced itself: after a power cut it may be too old, never too new.
/// </summary>
/// <param name="Segment">First sequence number of the segment it lies in; 0 before the first record.</param>
/// <param name="Offset">Byte offset in that segment.</param>
/// <param name="Last">Sequence number of the last record, 0 for none.</param>
/// <param name="LastArrivalMicros">Its arrival time.</param>
internal readonly record struct SyncedEnd(ulong Segment, long Offset, ulong Last, long LastArrivalMicros)
{
    private const int Size = 40;
    private static ReadOnlySpan<byte> Magic => "LSE1"u8;

    /// <summary>The end that the file holds, or null if there is none that can be trusted.</summary>
    public static SyncedEnd? Read(StreamFolder folder, uint seed)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(folder.SyncedEnd, share: FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[Size];
            if (RandomAccess.Read(file, bytes, 0) != Size || !bytes.StartsWith(Magic)) return null;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32C.Compute(seed, bytes[8..])) return null;
            return new SyncedEnd(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void Write(StreamFolder folder, uint seed)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Segment);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Last);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], LastArrivalMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Crc32C.Compute(seed, bytes[8..]));
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(folder.SyncedEnd, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, bytes, 0);
    }
}
