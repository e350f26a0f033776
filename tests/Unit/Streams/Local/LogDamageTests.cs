using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class LogDamageTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnyByteOfAMiddleFrameChanged_IsLoud(bool keepSyncedEnd)
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        long start = new FileInfo(log.Segments[0]).Length;
        await log.PutAsync("two");
        long end = new FileInfo(log.Segments[0]).Length;
        await log.PutAsync("three");
        byte[] intact = await File.ReadAllBytesAsync(log.Segments[0]);
        if (!keepSyncedEnd) File.Delete(log.SyncedEnd);
        for (long at = start; at < end; at++)
        {
            byte[] damaged = [.. intact];
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(log.Segments[0], damaged);
            var loss = await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync());
            Assert.Contains(log.Folder, loss.Message, StringComparison.Ordinal);
            Assert.Contains($"byte {start}", loss.Message, StringComparison.Ordinal);
            Assert.Contains("records 2 to 2", loss.Message, StringComparison.Ordinal);
            if (!keepSyncedEnd) await Assert.ThrowsAsync<StreamDataLossException>(() => log.PutAsync("four"));
        }

        Assert.Equal(intact.Length, new FileInfo(log.Segments[0]).Length);
    }

    [Fact]
    public async Task RecordsBeforeTheDamage_AreDelivered()
    {
        using var log = new LocalLog();
        await log.PutAsync("one", "two", "three");
        byte[] bytes = await File.ReadAllBytesAsync(log.Segments[0]);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(log.Segments[0], bytes);
        await using var stream = log.Open();
        await using IShardReader reader = await stream.OpenReaderAsync(LocalLog.Shard, StreamPosition.TrimHorizon, default);
        var seen = new List<Seen>();
        seen.AddRange(await reader.ReadAsync(default));
        Assert.Equal(["one"], seen.Texts());
        await Assert.ThrowsAsync<StreamDataLossException>(() => reader.ReadAsync(default).AsTask());
    }

    [Fact]
    public async Task MoreBrokenBytesThanOneBatchLeavesBehind_IsLoud()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await using (FileStream file = File.Open(log.Segments[0], FileMode.Append)) await file.WriteAsync(new byte[6_000_000]);
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.PutAsync("two"));
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync());
    }

    [Fact]
    public async Task FullSegments_RollAndReadBackAsOne()
    {
        using var log = new LocalLog(segmentBytes: 300);
        string[] texts = [.. Enumerable.Range(1, 50).Select(i => $"record {i}")];
        await log.PutAsync(texts);
        Assert.True(log.Segments.Length > 10);
        List<Seen> all = await log.ReadAsync();
        Assert.Equal(texts, all.Texts());
        foreach (Seen record in all)
        {
            Assert.Equal(texts.Skip((int)record.Number), (await log.ReadAsync(StreamPosition.After(SequenceNumber.FromUInt64(record.Number)))).Texts());
            var at = StreamPosition.At(DateTimeOffset.UnixEpoch.AddMicroseconds(record.ArrivalMicros));
            Assert.Equal(all.Where(r => r.ArrivalMicros >= record.ArrivalMicros), await log.ReadAsync(at));
        }
    }

    [Fact]
    public async Task MissingSegment_IsLoudUnlessItIsTheOldest()
    {
        using var log = new LocalLog(segmentBytes: 300);
        await log.PutAsync([.. Enumerable.Range(1, 12).Select(i => $"record {i}")]);
        string[] segments = log.Segments;
        for (int i = 0; i < segments.Length; i++)
        {
            File.Move(segments[i], segments[i] + ".away");
            if (i == 0)
            {
                ulong oldest = ulong.Parse(Path.GetFileNameWithoutExtension(segments[1]));
                Assert.Equal(oldest, (await log.ReadAsync())[0].Number);
                await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync(StreamPosition.After(SequenceNumber.FromUInt64(oldest - 2))));
                Assert.Equal(oldest, (await log.ReadAsync(StreamPosition.After(SequenceNumber.FromUInt64(oldest - 1))))[0].Number);
            }
            else
            {
                var loss = await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync());
                Assert.Contains("missing", loss.Message, StringComparison.Ordinal);
            }

            File.Move(segments[i] + ".away", segments[i]);
        }

        Assert.Equal(12, (await log.ReadAsync()).Count);
    }

    [Fact]
    public async Task AllSegmentsGone_IsLoudForReadersAndProducers()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        File.Delete(log.Segments[0]);
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync());
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.PutAsync("two"));
    }

    [Fact]
    public async Task PositionBeyondTheEnd_IsLoud()
    {
        using var log = new LocalLog();
        await log.PutAsync("one", "two");
        Assert.Empty(await log.ReadAsync(StreamPosition.After(SequenceNumber.FromUInt64(2))));
        await Assert.ThrowsAsync<StreamDataLossException>(() => log.ReadAsync(StreamPosition.After(SequenceNumber.FromUInt64(3))));
        await Assert.ThrowsAsync<StreamDataLossException>(
            () => log.ReadAsync(StreamPosition.After(SequenceNumber.Parse("49590338271490256608559692538361571095921575989136588898"))));
    }

    [Fact]
    public async Task SegmentOfAnotherStream_IsNotTakenForOurs()
    {
        using var log = new LocalLog();
        using var other = new LocalLog();
        await other.PutAsync("id 1 is drawn by both");
        await using (var stream = other.Open()) await stream.DeleteAsync(default);
        await log.PutAsync("one", "two");
        await other.PutAsync("foreign");
        File.Copy(other.Segments[0], log.Segments[0], overwrite: true);
        Assert.Empty(await log.ReadAsync());
    }
}
