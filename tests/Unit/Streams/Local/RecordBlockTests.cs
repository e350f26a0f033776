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

    // Written before Snappier took the place of our own encoder: literals of both kinds, copies near, far and onto themselves.
    [Fact]
    public void BlockOfTheEncoderBefore_IsRead()
    {
        byte[] stored = Convert.FromBase64String(
            "AAIAAKgAAAABAgAApgAAAAICAADIAAAAAwIAAKQAAAB7ezBU3QLwVHsidGlja2VyIjoiQUFQTCIsInRpbWVzdGFtcCI6IjIwMjQtMDEtMDJUMTQ6MzA6MDAuMTIw"
            + "WiIsImNsb3NlIjoxODYuNDksInZvbHVtZSI6MzAwfXvCVAAIODU3OlQABDUsFVMQMTAwfTD+AQCKAQDwUVRoZSBxdWljayBicm93biBmb3gganVtcHMgb3ZlciBh"
            + "IGxhenkgZG9nOyBQQUNLIE1ZIEJPWCBXSVRIIEZJVkUgRE9aRU4gTElRVU9SIEpVR1M=");
        byte[] data = new byte[349];
        Assert.True(RecordBlock.TryReadData(stored, new BlockEntry(Shard: 0, RecordCount: 4, stored.Length, data.Length, Crc32C.Compute(0, stored)), data));
        Assert.Equal(
            """{"ticker":"AAPL","timestamp":"2024-01-02T14:30:00.120Z","close":186.49,"volume":300}"""
            + """{"ticker":"AAPL","timestamp":"2024-01-02T14:30:00.857Z","close":186.5,"volume":100}"""
            + new string('0', 100)
            + "The quick brown fox jumps over a lazy dog; PACK MY BOX WITH FIVE DOZEN LIQUOR JUGS",
            Encoding.UTF8.GetString(data));
    }

    [Fact]
    public void BlockThatClaimsToBeLarge_IsRefusedBeforeMemoryIsReserved()
    {
        (byte[] stored, BlockEntry block, byte[] data) = Write(compressible: true);
        int claim = stored.AsSpan().LastIndexOf("key19"u8) + "key19".Length;
        byte[] changed = [.. stored[..claim], 0x80, 0x80, 0x80, 0x80, 0x02, .. stored[(claim + 2)..]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(RecordBlock.TryReadData(changed, block, data));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public void DamagedBlock_IsRefusedOrReadWithinItsPlace()
    {
        const int guard = 100;
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int @case = 0; @case < 20_000; @case++)
        {
            (byte[] stored, BlockEntry block, byte[] data) = Write(MixedRecords(random));
            byte[] changed = stored[..^(random.Next(4) == 0 ? random.Next(stored.Length) : 0)];
            int changes = changed.Length == stored.Length ? random.Next(4) : 0;
            for (int i = 0; i < changes; i++) changed[random.Next(changed.Length)] = (byte)random.Next(256);

            byte[] space = new byte[data.Length + guard];
            space.AsSpan(data.Length).Fill(0xA5);
            int entries = block.RecordCount * RecordEntry.Size;
            bool isRead = changed.Length >= entries && RecordBlock.TryReadData(changed, block, space.AsSpan(0, data.Length));
            Assert.False(space.AsSpan(data.Length).ContainsAnyExcept((byte)0xA5), $"seed {seed}, case {@case}");
            if (changed.Length < stored.Length) Assert.False(isRead, $"seed {seed}, case {@case}");
            else if (changes == 0) Assert.True(isRead && space.AsSpan(0, data.Length).SequenceEqual(data), $"seed {seed}, case {@case}");
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
        (byte[] Stored, BlockEntry Block, byte[] Data) written = Write(
        [
            .. Enumerable.Range(0, 20).Select(_ =>
            {
                byte[] record = new byte[100];
                if (!compressible) random.NextBytes(record);
                return record;
            }),
        ]);
        Assert.Equal(compressible, written.Block.Length < written.Data.Length);
        return written;
    }

    private static (byte[] Stored, BlockEntry Block, byte[] Data) Write(byte[][] records)
    {
        var batch = new PutBatch();
        for (int i = 0; i < records.Length; i++) batch.Add(Encoding.UTF8.GetBytes($"key{i}"), records[i]);
        byte[] target = new byte[1000 + (batch.Bytes * 2)];
        BlockEntry block = RecordBlock.Write(batch, shard: 0, [.. Enumerable.Range(0, records.Length).Select(i => (long)i)], target, new byte[batch.Bytes]);
        return (target[..block.Length], block, [.. records.SelectMany(record => record)]);
    }

    /// <summary>Noise, digits and runs, now and then longer than the 64 KiB that Snappy compresses at once.</summary>
    private static byte[][] MixedRecords(Random random)
    {
        byte[][] records = new byte[random.Next(1, 20)][];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = new byte[random.Next(2000) == 0 ? 150_000 : random.Next(1, 200)];
            switch (random.Next(3))
            {
                case 0:
                    random.NextBytes(records[i]);
                    break;
                case 1:
                    random.GetItems("0123456789"u8, records[i]);
                    break;
                default:
                    records[i].AsSpan().Fill((byte)random.Next(256));
                    break;
            }
        }

        return records;
    }
}
