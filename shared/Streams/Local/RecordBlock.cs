using Snappier;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// A frame's records of one shard: a <see cref="RecordEntry"/> for each, then their keys, then their data, compressed by Snappy where that
/// makes it smaller. A reader wants the data alone, so nothing else stands among what it decompresses.
/// </summary>
internal static class RecordBlock
{
    /// <param name="order">Whose low halves are the records' places in the batch.</param>
    /// <param name="target">Room for the block as it would be without compression, and for the worst case of the compression besides.</param>
    /// <param name="data">Scratch, as large as the data.</param>
    public static BlockEntry Write(PutBatch batch, int shard, ReadOnlySpan<long> order, Span<byte> target, Span<byte> data)
    {
        int entry = 0, key = order.Length * RecordEntry.Size, dataBytes = 0;
        foreach (long place in order)
        {
            int index = (int)place;
            ReadOnlySpan<byte> recordKey = batch.Key(index), record = batch.Data(index);
            new RecordEntry(index, recordKey.Length, record.Length).Write(target[entry..]);
            entry += RecordEntry.Size;
            recordKey.CopyTo(target[key..]);
            key += recordKey.Length;
            record.CopyTo(data[dataBytes..]);
            dataBytes += record.Length;
        }

        data = data[..dataBytes];
        int compressed = Snappy.Compress(data, target[key..]);
        if (compressed >= dataBytes) data.CopyTo(target[key..]);
        int length = key + Math.Min(compressed, dataBytes);
        return new BlockEntry(shard, order.Length, length, dataBytes, Crc32C.Compute(0, target[..length]));
    }

    /// <summary>The entries of a block.</summary>
    public static ReadOnlySpan<byte> Entries(ReadOnlySpan<byte> stored, in BlockEntry block) => stored[..(block.RecordCount * RecordEntry.Size)];

    /// <summary>The records' data, one behind the other.</summary>
    /// <param name="data">As large as the block says that its data is.</param>
    /// <returns>False if the block contradicts itself.</returns>
    public static bool TryReadData(ReadOnlySpan<byte> stored, in BlockEntry block, Span<byte> data)
    {
        long keyBytes = 0, dataBytes = 0;
        for (ReadOnlySpan<byte> entries = Entries(stored, block); !entries.IsEmpty; entries = entries[RecordEntry.Size..])
        {
            RecordEntry entry = RecordEntry.Read(entries);
            keyBytes += entry.KeyLength;
            dataBytes += entry.DataLength;
        }

        long start = (block.RecordCount * RecordEntry.Size) + keyBytes;
        if (start > stored.Length || dataBytes != data.Length) return false;
        ReadOnlySpan<byte> rest = stored[(int)start..];
        if (rest.Length == data.Length)
        {
            rest.CopyTo(data);
            return true;
        }

        try
        {
            // The claim first: Snappier reserves as much memory as the block claims.
            return Snappy.GetUncompressedLength(rest) == data.Length && Snappy.TryDecompress(rest, data, out _);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
