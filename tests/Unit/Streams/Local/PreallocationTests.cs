using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>The zeros that an appender writes ahead: there while it works, gone when it ends, and never anything to a reader.</summary>
public sealed class PreallocationTests
{
    [Fact]
    public async Task OpenStream_HasZerosThatNobodySees_AndAClosedOneHasNone()
    {
        using var log = new LocalLog();
        long length;
        await using (LocalStream stream = log.Open())
        {
            await stream.CreateAsync(1, default);
            await stream.PutAsync(("A", "one"));
            length = Length(log);
            Assert.Equal(LogAppender.PreallocatedBytes, length);
            Assert.Equal(["one"], (await log.ReadAsync()).Texts());
            await stream.PutAsync(("A", "two"));
            Assert.Equal(length, Length(log));
            Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
        }

        Assert.InRange(Length(log), 1, 1000);
        Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
    }

    [Fact]
    public async Task ZerosOfADeadProducer_AreUsedByTheNextAndCutOff()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        await AddZerosAsync(log);
        Assert.Equal(["one"], (await log.ReadAsync()).Texts());
        await log.PutAsync("two");
        Assert.Equal(["one", "two"], (await log.ReadAsync()).Texts());
        Assert.InRange(Length(log), 1, 1000);
    }

    [Fact]
    public async Task OneOfTwoProducersCloses_TheOtherGoesOn()
    {
        using var log = new LocalLog();
        await using LocalStream first = log.Open();
        await first.CreateAsync(1, default);
        var texts = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            await using LocalStream second = log.Open();
            await first.PutAsync(("A", $"first {i}"));
            await second.PutAsync(("A", $"second {i}"));
            texts.AddRange([$"first {i}", $"second {i}"]);
        }

        await first.PutAsync(("A", "last"));
        Assert.Equal([.. texts, "last"], (await log.ReadAsync()).Texts());
        Assert.Equal(LogAppender.PreallocatedBytes, Length(log));
    }

    [Fact]
    public async Task FramesLargerThanThat_AndSegmentsThatRoll_ReadBack()
    {
        var random = new Random(1);
        using var log = new LocalLog(segmentBytes: 1_000_000);
        var texts = new List<string>();
        await using (LocalStream stream = log.Open())
        {
            await stream.CreateAsync(1, default);
            for (int i = 0; i < 30; i++)
            {
                // Noise, which no compression makes smaller, and now and then what it does.
                string text = i % 3 == 0 ? new string('x', 200_000) : string.Concat(Enumerable.Range(0, random.Next(1, 150_000)).Select(_ => (char)random.Next(32, 127)));
                await stream.PutAsync(("A", text));
                texts.Add(text);
                Assert.All(log.Segments[..^1], segment => Assert.NotEqual(0, LastByte(segment)));
                Assert.InRange(Length(log), 1, 1_000_000);
            }

            Assert.True(log.Segments.Length > 1);
            Assert.Equal(texts, (await log.ReadAsync()).Texts());
        }

        Assert.Equal(texts, (await log.ReadAsync()).Texts());
    }

    [Fact]
    public async Task StreamThatIsGoneWhenItsProducerCloses_StaysGone()
    {
        using var log = new LocalLog();
        await using (LocalStream stream = log.Open())
        {
            await stream.CreateAsync(1, default);
            await stream.PutAsync(("A", "one"));
            await using LocalStream other = log.Open();
            await other.DeleteAsync(default);
        }

        Assert.False(Directory.Exists(log.Folder));
    }

    [Fact]
    public async Task CompressedRecords_TakeLessThanTheirBytes()
    {
        using var log = new LocalLog();
        await using (LocalStream stream = log.Open())
        {
            await stream.CreateAsync(2, default);
            var batch = new PutBatch();
            for (int i = 0; i < PutBatch.MaxRecords; i++)
                batch.Add(Encoding.UTF8.GetBytes($"T{i % 50}"), Encoding.UTF8.GetBytes($$"""{"ticker":"T{{i % 50}}","timestamp":"2024-01-02T14:30:00.{{i:D3}}Z","close":{{100 + (i % 7)}}.25,"volume":{{i}}}"""));
            await stream.PutAsync(batch, default);
            Assert.True(Length(log) <= LogAppender.PreallocatedBytes);
        }

        Assert.InRange(Length(log), 5_000, 500 * 85 / 2);
    }

    private static async Task AddZerosAsync(LocalLog log)
    {
        await using FileStream file = File.Open(log.Segments[^1], FileMode.Append);
        await file.WriteAsync(new byte[LogAppender.PreallocatedBytes - file.Length]);
    }

    private static long Length(LocalLog log) => new FileInfo(log.Segments[^1]).Length;

    private static int LastByte(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte();
    }
}
