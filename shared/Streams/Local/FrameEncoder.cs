using Snappier;

namespace Streaming.Shared.Streams.Local;

/// <summary>Turns a batch into a frame, grouped by shard and compressed. Owns its buffers, which it reuses: a frame is valid until the next one.</summary>
internal sealed class FrameEncoder
{
    private readonly long[] _order = new long[PutBatch.MaxRecords];
    private byte[] _frame = new byte[128 * 1024];
    private byte[] _data = new byte[128 * 1024];

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
        int recordBytes = (batch.Count * RecordEntry.Size) + batch.Bytes;
        int mostBytes = headBytes + Snappy.GetMaxCompressedLength(recordBytes);
        if (_frame.Length < mostBytes) _frame = new byte[mostBytes];
        if (_data.Length < batch.Bytes) _data = new byte[batch.Bytes];

        int offset = headBytes;
        int start = 0;
        for (int block = 0; block < blockCount; block++)
        {
            int end = start + 1;
            while (end < order.Length && Shard(order[end]) == Shard(order[start])) end++;
            BlockEntry entry = RecordBlock.Write(batch, Shard(order[start]), order[start..end], _frame.AsSpan(offset), _data);
            entry.Write(_frame, block);
            offset += entry.Length;
            start = end;
        }

        return _frame.AsMemory(0, offset);
    }

    private static int Shard(long entry) => (int)(entry >> 32);
}
