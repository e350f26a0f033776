using System.Text;
using Streaming.Shared.Streams;
using Streaming.Tests.ChildProcess;

namespace Streaming.Tests.Unit.Streams;

/// <summary>What every implementation of the stream seam owes its users when shards are split and merged. Streams begin with two shards.</summary>
public abstract class ReshardConformance
{
    protected const string First = "shardId-000000000000";
    protected const string Second = "shardId-000000000001";

    private static readonly string[] Keys = [.. Enumerable.Range(0, 24).Select(i => $"key{i}")];

    protected virtual bool HasUpdateShardCount => true;

    /// <summary>False if a change of the shard count ends with ranges that only cover all hash keys.</summary>
    protected virtual bool UpdatesToEqualRanges => true;

    /// <summary>A stream object for an address where no stream is yet; two of one name share it.</summary>
    protected abstract IManagedStream Open(string name);

    [Fact]
    public async Task Split_ClosesTheParentAndGivesEachKeyToTheChildThatOwnsIt()
    {
        await using IManagedStream stream = await CreateAsync("split");
        await PutRoundAsync(stream, "before");
        await stream.SplitShardAsync(First, newStartingHashKey: null, default);
        await PutRoundAsync(stream, "after");

        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        Assert.Equal([true, false, false, false], shards.Select(shard => shard.IsClosed));
        Assert.Equal([[], [], [First], [First]], shards.Select(shard => shard.ParentIds));
        UInt128 middle = HashKey.Range(1, 4).Start;
        Assert.Equal((UInt128.Zero, middle - 1), (shards[2].StartHash, shards[2].EndHash));
        Assert.Equal((middle, shards[0].EndHash), (shards[3].StartHash, shards[3].EndHash));
        await AssertHoldsAsync(stream, shards[0], isEnd: true, "before");
        await AssertHoldsAsync(stream, shards[1], isEnd: false, "before", "after");
        await AssertHoldsAsync(stream, shards[2], isEnd: false, "after");
        await AssertHoldsAsync(stream, shards[3], isEnd: false, "after");
    }

    [Fact]
    public async Task SplitAtAHashKey_GivesThatKeyToTheUpperChild()
    {
        await using IManagedStream stream = await CreateAsync("split-at");
        UInt128 hash = HashKey.Of("key0"u8);
        Shard parent = (await stream.ListShardsAsync(default)).ShardOf("key0");
        await stream.SplitShardAsync(parent.Id, hash, default);
        await stream.PutAsync(("key0", "first of the upper child"));
        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        Assert.Equal((hash - 1, hash), (shards[2].EndHash, shards[3].StartHash));
        Assert.Equal(["first of the upper child"], (await stream.ReadAllAsync(shards[3].Id)).Texts());
    }

    [Theory]
    [InlineData(First, Second)]
    [InlineData(Second, First)]
    public async Task Merge_ClosesBothParentsAndGivesAllKeysToTheChild(string shard, string adjacent)
    {
        await using IManagedStream stream = await CreateAsync($"merge-{shard}");
        await PutRoundAsync(stream, "before");
        await stream.MergeShardsAsync(shard, adjacent, default);
        await PutRoundAsync(stream, "after");

        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        Assert.Equal([true, true, false], shards.Select(s => s.IsClosed));
        Assert.Equal([First, Second], shards[2].ParentIds.Order());
        Assert.Equal((UInt128.Zero, UInt128.MaxValue), (shards[2].StartHash, shards[2].EndHash));
        await AssertHoldsAsync(stream, shards[0], isEnd: true, "before");
        await AssertHoldsAsync(stream, shards[1], isEnd: true, "before");
        await AssertHoldsAsync(stream, shards[2], isEnd: false, "after");
    }

    [Fact]
    public async Task SplitOfASplitAndMergeOfCousins_AreReadInOrderThroughAllGenerations()
    {
        await using IManagedStream stream = await CreateAsync("generations");
        await PutRoundAsync(stream, "0");
        await stream.SplitShardAsync(First, null, default);
        await PutRoundAsync(stream, "1");
        await stream.SplitShardAsync("shardId-000000000003", null, default);
        await PutRoundAsync(stream, "2");
        await stream.MergeShardsAsync("shardId-000000000005", Second, default);
        await PutRoundAsync(stream, "3");

        IReadOnlyList<Shard> shards = await stream.ListShardsAsync(default);
        string[] parents = ["", "", First, First, shards[3].Id, shards[3].Id, $"{Second} {shards[5].Id}"];
        Assert.Equal(parents, shards.Select(shard => string.Join(' ', shard.ParentIds.Order())));
        Assert.Equal([true, true, false, true, false, true, false], shards.Select(shard => shard.IsClosed));
        string[] followed = [.. (await stream.FollowAsync(new CancellationToken(canceled: true))).Texts()];
        foreach (string key in Keys) Assert.Equal(["0", "1", "2", "3"], RoundsOf(followed, key));
        Assert.Equal(Keys.Length * 4, followed.Length);
    }

    [Fact]
    public async Task EmptyParents_EndAtOnce()
    {
        await using IManagedStream stream = await CreateAsync("empty");
        await stream.MergeShardsAsync(First, Second, default);
        await stream.SplitShardAsync("shardId-000000000002", null, default);
        foreach (Shard shard in await stream.ListShardsAsync(default))
        {
            (List<Seen> seen, bool isEnd) = await ReadAsync(stream, shard.Id, StreamPosition.TrimHorizon);
            Assert.Equal((0, shard.IsClosed), (seen.Count, isEnd));
        }
    }

    [Fact]
    public async Task ReadersOfAParent_EndAfterItsLastRecordWhereverTheyBegan()
    {
        await using IManagedStream stream = await CreateAsync("readers");
        await using IShardReader early = await stream.OpenReaderAsync(First, StreamPosition.TrimHorizon, default);
        await using IShardReader latest = await stream.OpenReaderAsync(First, StreamPosition.Latest, default);
        Assert.Equal((0, false), await ReadToEndAsync(early, []));
        await PutRoundAsync(stream, "before");
        await stream.SplitShardAsync(First, null, default);
        await PutRoundAsync(stream, "after");

        List<Seen> all = [];
        Assert.Equal((Expected(await ShardAsync(stream, First), "before").Length, true), await ReadToEndAsync(early, all));
        Assert.Equal((all.Count, true), await ReadToEndAsync(latest, []));
        Assert.Equal((0, true), await ReadToEndAsync(early, []));
        for (int i = 0; i < all.Count; i++)
        {
            (List<Seen> rest, bool isEnd) = await ReadAsync(stream, First, StreamPosition.After(all[i].Position));
            Assert.Equal(all.Skip(i + 1), rest);
            Assert.True(isEnd);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task UpdateShardCount_EndsWithEqualRanges(int count)
    {
        Assert.SkipUnless(HasUpdateShardCount, "this double reshards by splits and merges only");
        await using IManagedStream stream = await CreateAsync($"count-{count}");
        await PutRoundAsync(stream, "0");
        await stream.UpdateShardCountAsync(count, default);
        await PutRoundAsync(stream, "1");
        await AssertCountAsync(stream, count);
        await stream.UpdateShardCountAsync(2, default);
        await PutRoundAsync(stream, "2");
        await AssertCountAsync(stream, 2);
        int shards = (await stream.ListShardsAsync(default)).Count;
        await stream.UpdateShardCountAsync(2, default);
        if (UpdatesToEqualRanges) Assert.Equal(shards, (await stream.ListShardsAsync(default)).Count);
        string[] followed = [.. (await stream.FollowAsync(new CancellationToken(canceled: true))).Texts()];
        foreach (string key in Keys) Assert.Equal(["0", "1", "2"], RoundsOf(followed, key));
    }

    [Fact]
    public async Task WhatCannotBeDone_IsRefusedAndChangesNothing()
    {
        await using IManagedStream stream = await CreateAsync("refused");
        await stream.SplitShardAsync(First, null, default);
        IReadOnlyList<Shard> before = await stream.ListShardsAsync(default);
        const string lower = "shardId-000000000002", upper = "shardId-000000000003";
        UInt128 start = before[3].StartHash, end = before[3].EndHash;
        await RefusedAsync("no shard shardId-000000000009", () => stream.SplitShardAsync("shardId-000000000009", null, default));
        await RefusedAsync("no shard nonsense", () => stream.MergeShardsAsync(upper, "nonsense", default));
        await RefusedAsync($"{First} is closed: it was split or merged into {lower} and {upper}", () => stream.SplitShardAsync(First, null, default));
        await RefusedAsync($"{First} is closed", () => stream.MergeShardsAsync(First, Second, default));
        await RefusedAsync("not adjacent", () => stream.MergeShardsAsync(lower, Second, default));
        await RefusedAsync("not adjacent", () => stream.MergeShardsAsync(upper, upper, default));
        foreach (UInt128 at in (UInt128[])[UInt128.Zero, start - 1, start, start + 1, end, end + 1, UInt128.MaxValue])
            await RefusedAsync($"Give one from {start + 2} to {end - 1}", () => stream.SplitShardAsync(upper, at, default));
        Assert.Equal(before.Select(shard => (shard.Id, shard.IsClosed)), (await stream.ListShardsAsync(default)).Select(shard => (shard.Id, shard.IsClosed)));

        // The smallest range that can be cut, and what is left of it.
        await stream.SplitShardAsync(upper, start + 4, default);
        await stream.SplitShardAsync("shardId-000000000004", start + 2, default);
        await RefusedAsync("too small", () => stream.SplitShardAsync("shardId-000000000006", null, default));
    }

    [Fact]
    public async Task PutsWhileShardsChange_LoseNothingAndKeepOrderPerKey()
    {
        const int writers = 3, rounds = 20, reshards = 12;
        int seed = Environment.TickCount;
        await using IManagedStream stream = await CreateAsync("storm");
        using var done = new CancellationTokenSource();
        Task<List<Seen>> follower = OnOwnThread(async () =>
        {
            await using IManagedStream own = Open("storm");
            return await own.FollowAsync(done.Token);
        });
        Task[] puts = [.. Enumerable.Range(0, writers).Select(w => OnOwnThread(async () =>
        {
            await using IManagedStream own = Open("storm");
            // As many rounds as it takes until all reshards are through.
            for (int round = 0; round < rounds || !done.IsCancellationRequested; round++) await own.PutAsync([.. KeysOf(w).Select(key => (key, $"{key} {round}"))]);
            return true;
        }))];
        var random = new Random(seed);
        for (int i = 0; i < reshards; i++) await RandomReshard.NextAsync(stream, random);
        done.Cancel();
        await Task.WhenAll(puts);
        string[] seen = [.. (await follower).Texts()], all = [.. (await stream.FollowAsync(new CancellationToken(canceled: true))).Texts()];
        Assert.True((await stream.ListShardsAsync(default)).Count >= 2 + reshards, $"seed {seed}");
        foreach (string key in Enumerable.Range(0, writers).SelectMany(KeysOf))
        {
            int[] numbers = [.. RoundsOf(all, key).Select(int.Parse)];
            Assert.True(numbers.Length >= rounds && numbers.SequenceEqual(Enumerable.Range(0, numbers.Length)), $"seed {seed}, {key}: {string.Join(' ', numbers)}");
            Assert.True(RoundsOf(all, key).Take(RoundsOf(seen, key).Count()).SequenceEqual(RoundsOf(seen, key)), $"seed {seed}, {key}: the follower saw {string.Join(' ', RoundsOf(seen, key))}");
        }

        static IEnumerable<string> KeysOf(int writer) => Keys.Where((_, i) => i % writers == writer);
    }

    protected static Task<T> OnOwnThread<T>(Func<Task<T>> work)
        => Task.Factory.StartNew(work, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private async Task<IManagedStream> CreateAsync(string name)
    {
        IManagedStream stream = Open(name);
        await stream.CreateAsync(2, default);
        return stream;
    }

    private static Task PutRoundAsync(IManagedStream stream, string round) => stream.PutAsync([.. Keys.Select(key => (key, $"{key} {round}"))]);

    private static string[] Expected(Shard shard, params string[] rounds)
        => [.. rounds.SelectMany(round => Keys.Where(key => shard.Owns(HashKey.Of(Encoding.UTF8.GetBytes(key)))).Select(key => $"{key} {round}"))];

    private static async Task AssertHoldsAsync(IManagedStream stream, Shard shard, bool isEnd, params string[] rounds)
    {
        (List<Seen> seen, bool hasEnded) = await ReadAsync(stream, shard.Id, StreamPosition.TrimHorizon);
        Assert.Equal(Expected(shard, rounds), seen.Texts());
        Assert.Equal(isEnd, hasEnded);
    }

    private static async Task<(List<Seen> Seen, bool IsEnd)> ReadAsync(IManagedStream stream, string shardId, StreamPosition from)
    {
        await using IShardReader reader = await stream.OpenReaderAsync(shardId, from, default);
        List<Seen> seen = [];
        return (seen, (await ReadToEndAsync(reader, seen)).IsEnd);
    }

    private static async Task<(int Count, bool IsEnd)> ReadToEndAsync(IShardReader reader, List<Seen> seen)
    {
        bool isEnd = await reader.ReadToTipAsync(seen);
        return (seen.Count, isEnd);
    }

    private static async Task<Shard> ShardAsync(IManagedStream stream, string id) => (await stream.ListShardsAsync(default)).Single(shard => shard.Id == id);

    private async Task AssertCountAsync(IManagedStream stream, int count)
    {
        IReadOnlyList<Shard> open = new ShardMap(stream.Address, await stream.ListShardsAsync(default)).Open;
        Assert.Equal(count, open.Count);
        if (UpdatesToEqualRanges) Assert.Equal(Enumerable.Range(0, count).Select(i => HashKey.Range(i, count)), open.Select(shard => (shard.StartHash, shard.EndHash)));
    }

    private static async Task RefusedAsync(string message, Func<Task> reshard)
        => Assert.Contains(message, (await Assert.ThrowsAsync<ReshardRefusedException>(reshard)).Message, StringComparison.Ordinal);

    private static IEnumerable<string> RoundsOf(IEnumerable<string> texts, string key)
        => texts.Where(text => text.StartsWith(key + " ", StringComparison.Ordinal)).Select(text => text.Split(' ')[1]);
}
