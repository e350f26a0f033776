using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class RecordBlockTests
{
    [Fact]
    public void Block_HasTheRecordsDataAlone()
    {
        (byte[] stored, BlockEntry block, byte[] data) = Write(compressible: true);
        byte[] read = new byte[data.Length];
        Assert.True(RecordBlock.TryReadData(stored, block, read));
        Assert.Equal(data, read);
        (stored, block, data) = Write(compressible: false);
        read = new byte[data.Length];
        Assert.True(RecordBlock.TryReadData(stored, block, read));
        Assert.Equal(data, read);
    }

    // The checksum holds in a block that was written wrongly; nothing of it may reach outside of what was reserved.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BlockThatContradictsItself_IsRefused(bool compressible)
    {
        (byte[] stored, BlockEntry block, byte[] data) = Write(compressible);
        Assert.False(RecordBlock.TryReadData(stored, block, new byte[data.Length + 1]));
        Assert.False(RecordBlock.TryReadData(stored, block, new byte[data.Length - 1]));
        Assert.False(RecordBlock.TryReadData(stored.AsSpan(..^1), block, new byte[data.Length]));
        RecordEntry first = RecordEntry.Read(stored);
        foreach (RecordEntry wrong in (RecordEntry[])[first with { DataLength = int.MaxValue }, first with { DataLength = first.DataLength - 1 }, first with { KeyLength = (1 << 23) - 1 }])
        {
            byte[] changed = [.. stored];
            wrong.Write(changed);
            Assert.False(RecordBlock.TryReadData(changed, block, new byte[data.Length]));
        }
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(499, 1024 * 1024, 0)]
    [InlineData(0, 1, PutBatch.MaxRecordBytes)]
    [InlineData(257, 0, int.MaxValue)]
    public void Entry_ReadsBackTheSame(int index, int keyLength, int dataLength)
    {
        var entry = new RecordEntry(index, keyLength, dataLength);
        byte[] bytes = new byte[RecordEntry.Size];
        entry.Write(bytes);
        Assert.Equal(entry, RecordEntry.Read(bytes));
    }

    private static (byte[] Stored, BlockEntry Block, byte[] Data) Write(bool compressible)
    {
        var random = new Random(1);
        var batch = new PutBatch();
        var data = new List<byte>();
        for (int i = 0; i < 20; i++)
        {
            byte[] record = new byte[100];
            if (!compressible) random.NextBytes(record);
            batch.Add(Encoding.UTF8.GetBytes($"key{i}"), record);
            data.AddRange(record);
        }

        byte[] target = new byte[10_000];
        BlockEntry block = RecordBlock.Write(batch, shard: 0, [.. Enumerable.Range(0, 20).Select(i => (long)i)], target, new byte[batch.Bytes]);
        Assert.Equal(compressible, block.Length < data.Count);
        return (target[..block.Length], block, [.. data]);
    }
}
