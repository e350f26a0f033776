using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class TornTailTests
{
    // A producer that was killed leaves the synced end behind its last complete batch, and what it had preallocated.
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 100)]
    [InlineData(true, 100)]
    [InlineData(true, LogAppender.PreallocatedBytes)]
    public async Task LastFrameCutAnywhere_IsNeverDeliveredAndTheNextProducerGoesOn(bool keepSyncedEnd, int preallocated)
    {
        using var log = new LocalLog();
        await log.PutAsync("one", "two");
        byte[] intact = await File.ReadAllBytesAsync(log.Segments[0]);
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("torn");
        byte[] whole = await File.ReadAllBytesAsync(log.Segments[0]);

        for (int length = intact.Length; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(log.Segments[0], [.. whole[..length], .. new byte[preallocated]]);
            if (keepSyncedEnd) await File.WriteAllBytesAsync(log.SyncedEnd, end);
            else File.Delete(log.SyncedEnd);
            Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
            await log.PutAsync("three");
            List<Seen> seen = await log.ReadAsync();
            Assert.Equal(["one", "two", "three"], seen.Texts());
            Assert.Equal([1UL, 2, 3], seen.Select(s => s.Number));
        }
    }

    // What only a power cut can leave: later pages of a frame came to the disk, the first one did not.
    [Fact]
    public async Task FrameWithoutItsBeginning_IsWrittenOver()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] intact = await File.ReadAllBytesAsync(log.Segments[0]);
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync(new string('x', 3000));
        byte[] torn = await File.ReadAllBytesAsync(log.Segments[0]);
        for (int lost = FrameHeader.Size; lost < torn.Length - intact.Length; lost += 7)
        {
            byte[] without = [.. torn];
            without.AsSpan(intact.Length, lost).Clear();
            await File.WriteAllBytesAsync(log.Segments[0], without);
            await File.WriteAllBytesAsync(log.SyncedEnd, end);
            Assert.Equal(["one"], (await log.ReadAsync()).Texts());
            await log.PutAsync("two");
            Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
            await log.PutAsync("three");
            Assert.Equal(["one", "two", "three"], (await log.ReadAsync()).Texts());
        }
    }

    [Fact]
    public async Task AcknowledgedTailCutByHand_GivesItsNumbersToNoOther()
    {
        using var log = new LocalLog();
        await log.PutAsync("one", "two");
        byte[] intact = await File.ReadAllBytesAsync(log.Segments[0]);
        await log.PutAsync("three");
        byte[] whole = await File.ReadAllBytesAsync(log.Segments[0]);
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        for (int length = intact.Length; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(log.Segments[0], whole[..length]);
            await File.WriteAllBytesAsync(log.SyncedEnd, end);
            Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
            await using var stream = log.Open();
            await using IShardReader latest = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.Latest, default);
            await using IShardReader after = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.After(SequenceNumber.FromUInt64(3)), default);
            await log.PutAsync("four");
            Assert.Equal(["four"], (await latest.ReadToTipAsync()).Texts());
            Assert.Equal(["four"], (await after.ReadToTipAsync()).Texts());
            Assert.Equal([1UL, 2, 4], (await log.ReadAsync()).Select(s => s.Number));
            // A reader that had seen record 3 misses nothing that came later.
            Assert.Equal(["four"], (await log.ReadAsync(StreamPosition.After(SequenceNumber.FromUInt64(3)))).Texts());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(5000)]
    [InlineData(3_000_000)]
    public async Task GarbageBehindTheEnd_IsCut(int length)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] garbage = new byte[length];
        new Random(length).NextBytes(garbage);
        await Append(log.Segments[0], garbage);
        Assert.Equal(["one"], (await log.ReadAsync()).Texts());
        await log.PutAsync("two");
        Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
        await Append(log.Segments[0], new byte[length]);
        await log.PutAsync("three");
        Assert.Equal(["one", "two", "three"], (await log.ReadAsync()).Texts());
    }

    [Fact]
    public async Task CompleteFrameOfADeadProducer_IsKept()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        await log.PutAsync("three");
        Assert.Equal([1UL, 2, 3], (await log.ReadAsync()).Select(s => s.Number));
    }

    [Fact]
    public async Task ReaderAtTheTip_WaitsOnAHalfWrittenFrameUntilItIsSynced()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] before = await File.ReadAllBytesAsync(log.Segments[0]);
        byte[] endBefore = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        byte[] after = await File.ReadAllBytesAsync(log.Segments[0]);
        byte[] endAfter = await File.ReadAllBytesAsync(log.SyncedEnd);
        await File.WriteAllBytesAsync(log.Segments[0], before);
        await File.WriteAllBytesAsync(log.SyncedEnd, endBefore);

        await using var stream = log.Open();
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        Assert.Equal(["one"], (await reader.ReadToTipAsync()).Texts());
        for (int length = before.Length; length < after.Length; length++)
        {
            await File.WriteAllBytesAsync(log.Segments[0], after[..length]);
            Assert.Empty(await reader.ReadToTipAsync());
        }

        // Complete, but its producer has not synced it: it may still take it back.
        await File.WriteAllBytesAsync(log.Segments[0], after);
        using (FileStream producer = new(Path.Combine(log.Folder, "append.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Empty(await reader.ReadToTipAsync());
        await File.WriteAllBytesAsync(log.SyncedEnd, endAfter);
        Assert.Equal(["two"], (await reader.ReadToTipAsync()).Texts());
    }

    // Killed after the sync and before the publication of the end: field report of records that nobody saw until somebody ran "status".
    [Fact]
    public async Task CompleteFrameOfADeadProducer_IsSeenByARunningReaderWhichChangesNoFile()
    {
        using var log = new LocalLog(segmentBytes: 400);
        await log.PutAsync("one");
        byte[] endBefore = await File.ReadAllBytesAsync(log.SyncedEnd);
        await using var stream = log.Open();
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        Assert.Equal(["one"], (await reader.ReadToTipAsync()).Texts());
        byte[] incompressible = new byte[200];
        new Random(7).NextBytes(incompressible);
        // The second frame goes on in a new segment.
        await log.PutAsync("two", Convert.ToHexString(incompressible));
        Assert.Equal(2, log.Segments.Length);
        await File.WriteAllBytesAsync(log.SyncedEnd, endBefore);

        Dictionary<string, string> before = log.Files();
        List<Seen> seen = await ReadUntilAsync(reader, 2);
        Assert.Equal("two", seen[0].Text);
        Assert.Equal(["one", "two", seen[1].Text], (await log.ReadAsync()).Texts());
        await stream.DescribeAsync(default);
        await stream.ListShardsAsync(default);
        Assert.Equal(before, log.Files());

        await log.PutAsync("three");
        Assert.Equal(["three"], (await ReadUntilAsync(reader, 1)).Texts());
        Assert.Equal([1UL, 2, 3, 4], (await log.ReadAsync()).Select(s => s.Number));
    }

    private static async Task<List<Seen>> ReadUntilAsync(IShardReader reader, int count)
    {
        var seen = new List<Seen>();
        for (int reads = 0; seen.Count < count && reads < 20; reads++) seen.AddRange(await reader.ReadAsync(default));
        return seen;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(60)]
    public async Task NewSegmentBegunByADeadProducer_IsCut(int bytes)
    {
        using var log = new LocalLog(segmentBytes: 200);
        await log.PutAsync("one", "two");
        string torn = Path.Combine(log.Folder, "log", $"{3:D20}.log");
        byte[] frame = await File.ReadAllBytesAsync(log.Segments[0]);
        await File.WriteAllBytesAsync(torn, frame[..bytes]);
        Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
        await log.PutAsync("three", "four", "five");
        Assert.Equal(["one", "two", "three", "four", "five"], (await log.ReadAsync()).Texts());
        Assert.True(log.Segments.Length >= 2);
    }

    [Fact]
    public async Task RecordThatIsAPieceOfALog_DoesNotMakeATornTailDamage()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        byte[] frame = await File.ReadAllBytesAsync(log.Segments[0]);
        await using (var stream = log.Open())
        {
            var batch = new PutBatch();
            batch.Add("A"u8, frame);
            await stream.PutAsync(batch, default);
        }

        byte[] whole = await File.ReadAllBytesAsync(log.Segments[0]);
        await File.WriteAllBytesAsync(log.Segments[0], whole[..^1]);
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
        await log.PutAsync("three");
        Assert.Equal(["one", "two", "three"], (await log.ReadAsync()).Texts());
    }

    private static async Task Append(string path, byte[] bytes)
    {
        await using FileStream file = File.Open(path, FileMode.Append);
        await file.WriteAsync(bytes);
    }
}
