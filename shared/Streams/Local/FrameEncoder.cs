using System.Diagnostics;

namespace Streaming.Shared.Streams.Local;

/// <summary>Turns a batch into a frame, grouped by shard. Owns one buffer, which it reuses: a frame is valid until the next one.</summary>
internal sealed class FrameEncoder
{
    private readonly long[] _order = new long[PutBatch.MaxRecords];
    private byte[] _frame = new byte[128 * 1024];

    /// <summary>The frame with directory and blocks; its header is still to be written, once place and time are known.</summary>
    public Memory<byte> Encode(PutBatch batch, ShardRouter router, out int blockCount)
    {
        // Sorting (shard, index in the batch) groups by shard and keeps the order in it.
        for (int i = 0; i < batch.Count; i++) _order[i] = ((long)router.ShardOf(batch.Key(i)) << 32) | (uint)i;
        Span<long> order = _order.AsSpan(0, batch.Count);
        order.Sort();

        blockCount = 1;
        for (int i = 1; i < order.Length; i++) blockCount += Shard(order[i]) == Shard(order[i - 1]) ? 0 : 1;
        int headBytes = FrameHeader.Size + (blockCount * BlockEntry.Size);
        int frameBytes = headBytes + (batch.Count * RecordEntry.Size) + batch.Bytes;
        if (_frame.Length < frameBytes) _frame = new byte[frameBytes];

        int offset = headBytes;
        int start = 0;
        for (int block = 0; block < blockCount; block++)
        {
            int end = start + 1;
            while (end < order.Length && Shard(order[end]) == Shard(order[start])) end++;
            int length = WriteBlock(batch, order[start..end], _frame.AsSpan(offset, frameBytes - offset));
            uint checksum = Crc32C.Compute(0, _frame.AsSpan(offset, length));
            new BlockEntry(Shard(order[start]), end - start, length, checksum).Write(_frame, block);
            offset += length;
            start = end;
        }

        Debug.Assert(offset == frameBytes, "Every byte of the batch stands in exactly one block.");
        return _frame.AsMemory(0, frameBytes);
    }

    private static int WriteBlock(PutBatch batch, ReadOnlySpan<long> order, Span<byte> target)
    {
        int offset = 0;
        foreach (long entry in order)
        {
            int index = (int)entry;
            ReadOnlySpan<byte> record = batch.KeyAndData(index);
            int keyLength = batch.Key(index).Length;
            new RecordEntry(index, keyLength, record.Length - keyLength).Write(target[offset..]);
            offset += RecordEntry.Size;
            record.CopyTo(target[offset..]);
            offset += record.Length;
        }

        return offset;
    }

    private static int Shard(long entry) => (int)(entry >> 32);
}
