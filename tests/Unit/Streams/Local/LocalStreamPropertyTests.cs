using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>Random histories of puts, restarts, dead producers and readers against lists in memory.</summary>
public sealed class LocalStreamPropertyTests
{
    [Fact]
    public async Task RandomHistories_MatchTheTwinInMemory()
    {
        int first = Environment.TickCount & 0xFFFFFF;
        for (int seed = first; seed < first + 15; seed++)
        {
            try
            {
                await RunAsync(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private static async Task RunAsync(Random random)
    {
        using var log = new LocalLog(segmentBytes: random.Next(200, 20_000));
        LocalStream stream = log.Open();
        await stream.CreateAsync(random.Next(1, 9), default);
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        List<Seen>[] twin = [.. shards.Select(_ => new List<Seen>())];
        var followers = new List<(IShardReader Reader, int Shard, int Next)>();
        ulong number = 0;
        for (int step = 0; step < 60; step++)
        {
            switch (random.Next(8))
            {
                case 0:
                    await stream.DisposeAsync();
                    stream = log.Open();
                    break;
                case 1:
                    await LeaveTornTailAsync(log, random);
                    break;
                case 2:
                    int opened = random.Next(shards.Count);
                    (StreamPosition from, int next) = Position(random, twin[opened]);
                    followers.Add((await stream.OpenReaderAsync(shards[opened].Id, from, default), opened, next));
                    break;
                case 3 when followers.Count > 0:
                    int at = random.Next(followers.Count);
                    followers[at] = followers[at] with { Next = await CompareAsync(followers[at], twin) };
                    break;
                default:
                    number = await PutAsync(stream, shards, twin, number, random);
                    break;
            }
        }

        foreach ((IShardReader Reader, int Shard, int Next) follower in followers)
        {
            await CompareAsync(follower, twin);
            await follower.Reader.DisposeAsync();
        }

        for (int i = 0; i < shards.Count; i++) Assert.Equal(twin[i].Select(Known), (await stream.ReadAllAsync(shards[i].Id)).Select(Known));
        await stream.DisposeAsync();
    }

    private static async Task<ulong> PutAsync(LocalStream stream, IReadOnlyList<Shard> shards, List<Seen>[] twin, ulong number, Random random)
    {
        var batch = new PutBatch();
        for (int count = random.Next(10) == 0 ? 500 : random.Next(1, 20); count > 0; count--)
        {
            string key = $"k{random.Next(12)}", text = new((char)random.Next('a', 'z'), random.Next(random.Next(20) == 0 ? 3000 : 40));
            batch.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));
            twin[shards.ToList().IndexOf(shards.ShardOf(key))].Add(new Seen(SequenceNumber.FromUInt64(++number), 0, text));
        }

        await stream.PutAsync(batch, default);
        return number;
    }

    // What a producer leaves that dies in the middle of a write: a piece of a frame, or bytes that never were one.
    private static async Task LeaveTornTailAsync(LocalLog log, Random random)
    {
        if (log.Segments.Length == 0) return;
        byte[] bytes = await File.ReadAllBytesAsync(log.Segments[^1]);
        byte[] torn = random.Next(2) == 0 ? bytes[..random.Next(Math.Min(bytes.Length, 90))] : new byte[random.Next(1, 100)];
        if (random.Next(2) == 0 && torn.Length > 3) torn[random.Next(4)] ^= 1;
        // The head of an old frame, whole, would be a frame that does not follow: damage and no torn tail.
        if (torn.Length >= 48) torn = torn[..40];
        await using FileStream file = new(log.Segments[^1], FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await file.WriteAsync(torn);
    }

    private static (StreamPosition From, int Next) Position(Random random, List<Seen> shard)
    {
        if (shard.Count == 0 || random.Next(3) == 0) return (StreamPosition.TrimHorizon, 0);
        if (random.Next(3) == 0) return (StreamPosition.Latest, shard.Count);
        int last = random.Next(shard.Count);
        return (StreamPosition.After(SequenceNumber.FromUInt64(shard[last].Number)), last + 1);
    }

    private static async Task<int> CompareAsync((IShardReader Reader, int Shard, int Next) follower, List<Seen>[] twin)
    {
        List<Seen> read = await follower.Reader.ReadToTipAsync();
        Assert.Equal(twin[follower.Shard].Skip(follower.Next).Select(Known), read.Select(Known));
        return follower.Next + read.Count;
    }

    private static (ulong, string) Known(Seen record) => (record.Number, record.Text);
}
