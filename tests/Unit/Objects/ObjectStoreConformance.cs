using System.Globalization;
using System.Text;
using Streaming.Shared.Objects;

namespace Streaming.Tests.Unit.Objects;

/// <summary>What every object store must do; one class per store derives from it.</summary>
public abstract class ObjectStoreConformance
{
    public static TheoryData<string> OddKeys { get; } =
    [
        "a", "a/b/c/d/e/f/g", "ticker=BRK.B/trade_date=2024-01-02/bars.parquet", "a b", " a /  b ", "a=b=c", "%2E%2E/%2F", "ÅÖ漢/😀", "a&b;c|d$(e)`f`'g'\"h\"",
        "-rf", "~", "a..", "a.b..c", "con", "a,b+c@d!e#f", new string('x', 255),
    ];

    /// <summary>Why this store cannot show who wins a race; null where it can.</summary>
    protected virtual string? NoRaces => null;

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task PutIfAbsent_WritesOnce()
    {
        IObjectStore store = Open();
        string? tag = await store.PutAsync("a/b", Bytes("first"), null, None);
        Assert.NotNull(tag);
        Assert.Null(await store.PutAsync("a/b", Bytes("second"), null, None));
        StoredObject? found = await store.GetAsync("a/b", None);
        Assert.Equal(("first", tag), (Text(found), found!.Tag));
    }

    [Fact]
    public async Task PutIfMatch_WritesOnlyOverThatTag()
    {
        IObjectStore store = Open();
        string? first = await store.PutAsync("a", Bytes("1"), null, None);
        string? second = await store.PutAsync("a", Bytes("2"), first, None);
        Assert.NotNull(second);
        Assert.NotEqual(first, second);
        Assert.Null(await store.PutAsync("a", Bytes("3"), first, None));
        Assert.Null(await store.PutAsync("a", Bytes("3"), "no such tag", None));
        Assert.Equal("2", Text(await store.GetAsync("a", None)));
        Assert.NotNull(await store.PutAsync("a", Bytes("3"), second, None));
    }

    [Fact]
    public async Task PutIfMatch_WithNothingThere_WritesNothing()
    {
        IObjectStore store = Open();
        string? tag = await store.PutAsync("a", Bytes("1"), null, None);
        await store.DeleteAsync("a", None);
        Assert.Null(await store.PutAsync("a", Bytes("2"), tag, None));
        Assert.Null(await store.GetAsync("a", None));
    }

    [Fact]
    public async Task GetTail_IsTheEndOfTheObject()
    {
        IObjectStore store = Open();
        Assert.Null(await store.GetTailAsync("a", 3, None));
        await store.PutAsync("a", Bytes("12345"), null, None);
        Assert.Equal("345", Encoding.UTF8.GetString((await store.GetTailAsync("a", 3, None))!.Value.Span));
        Assert.Equal("12345", Encoding.UTF8.GetString((await store.GetTailAsync("a", 100, None))!.Value.Span));
    }

    [Fact]
    public async Task Get_NothingThere_IsNull()
    {
        IObjectStore store = Open();
        Assert.Null(await store.GetAsync("a", None));
        await store.PutAsync("a/b", Bytes("x"), null, None);
        Assert.Null(await store.GetAsync("a", None));
        Assert.Null(await store.GetAsync("a/c", None));
        Assert.Null(await store.GetAsync("c/d/e", None));
    }

    [Fact]
    public async Task Delete_LeavesNothing_AndMayBeRepeated()
    {
        IObjectStore store = Open();
        await store.DeleteAsync("a/b", None);
        await store.PutAsync("a/b", Bytes("x"), null, None);
        await store.DeleteAsync("a/b", None);
        await store.DeleteAsync("a/b", None);
        Assert.Empty(await List(store, ""));
        Assert.NotNull(await store.PutAsync("a/b", Bytes("y"), null, None));
    }

    [Fact]
    public async Task EmptyAndBigObjects_ReadBack()
    {
        IObjectStore store = Open();
        byte[] big = new byte[20_000_000];
        new Random(1).NextBytes(big);
        await store.PutAsync("big", big, null, None);
        await store.PutAsync("empty", ReadOnlyMemory<byte>.Empty, null, None);
        StoredObject found = (await store.GetAsync("big", None))!;
        Assert.True(found.Content.Span.SequenceEqual(big));
        Assert.Equal(0, (await store.GetAsync("empty", None))!.Content.Length);
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task OddKey_IsOneObject(string key)
    {
        IObjectStore store = Open();
        await store.PutAsync(key, Bytes(key), null, None);
        Assert.Equal(key, Text(await store.GetAsync(key, None)));
        Assert.Equal([key], await List(store, ""));
        await store.DeleteAsync(key, None);
        Assert.Empty(await List(store, ""));
    }

    // "a-" and "a." sort before "a/" and "a0" after it; the emoji after U+FF5E, although its UTF-16 is smaller.
    [Fact]
    public async Task List_IsInOrderOfUtf8Bytes()
    {
        IObjectStore store = Open();
        string[] keys = ["B", "a-/x", "a./y", "a/a/z", "a/b", "a/c/a", "a0", "b", "\uFF5E/q", "😀/p"];
        foreach (string key in keys.Reverse()) await store.PutAsync(key, Bytes(key), null, None);
        Assert.Equal(keys, await List(store, ""));
    }

    [Fact]
    public async Task List_GivesKeysThatBeginWithThePrefix()
    {
        IObjectStore store = Open();
        foreach (string key in new[] { "a", "a1", "b/t=A/d=1/x", "b/t=A/d=2/x", "b/t=AB/d=1/x", "c/x" }) await store.PutAsync(key, Bytes(key), null, None);
        Assert.Equal(["b/t=A/d=1/x", "b/t=A/d=2/x"], await List(store, "b/t=A/"));
        Assert.Equal(["b/t=A/d=1/x", "b/t=A/d=2/x", "b/t=AB/d=1/x"], await List(store, "b/t=A"));
        Assert.Equal(["b/t=A/d=2/x"], await List(store, "b/t=A/d=2/x"));
        Assert.Equal(["a", "a1"], await List(store, "a"));
        Assert.Empty(await List(store, "a/"));
        Assert.Empty(await List(store, "no/such/folder/"));
    }

    [Fact]
    public async Task CheckWritable_LeavesNoObject()
    {
        IObjectStore store = Open();
        await store.CheckWritableAsync(None);
        Assert.Empty(await List(store, ""));
    }

    [Fact]
    public async Task CompareAndSet_LosesNoUpdate()
    {
        Assert.SkipWhen(NoRaces is not null, NoRaces ?? "");
        const int writers = 8;
        const int updates = 25;
        (int reading, int lost) = (writers, 0);
        var haveRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            IObjectStore store = Open();
            for (int left = updates; left > 0;)
            {
                StoredObject? seen = await store.GetAsync("counter", None);
                // All have looked before the first of them writes, so that all but one lose.
                if (Interlocked.Decrement(ref reading) == 0) haveRead.SetResult();
                await haveRead.Task;
                int value = seen is null ? 0 : int.Parse(Text(seen)!, CultureInfo.InvariantCulture);
                if (await store.PutAsync("counter", Bytes($"{value + 1}"), seen?.Tag, None) is not null) left--;
                else Interlocked.Increment(ref lost);
            }
        }));
        Assert.Equal($"{writers * updates}", Text(await Open().GetAsync("counter", None)));
        Assert.True(lost >= writers - 1, $"only {lost} races were lost");
    }

    [Fact]
    public async Task Reader_NeverSeesATornObject()
    {
        using var stop = new CancellationTokenSource();
        byte[] Uniform(int value) => [.. Enumerable.Repeat((byte)value, 100_000 + (value * 1000))];
        string tag = (await Open().PutAsync("a", Uniform(0), null, None))!;
        Task<int> reading = Task.Run(async () =>
        {
            IObjectStore store = Open();
            var seen = new HashSet<byte>();
            while (!stop.IsCancellationRequested)
            {
                ReadOnlyMemory<byte> content = (await store.GetAsync("a", None))!.Content;
                byte value = content.Span[0];
                Assert.Equal(100_000 + (value * 1000), content.Length);
                Assert.False(content.Span.ContainsAnyExcept(value));
                seen.Add(value);
            }

            return seen.Count;
        });
        for (int value = 1; value < 100; value++) tag = (await Open().PutAsync("a", Uniform(value), tag, None))!;
        stop.Cancel();
        Assert.True(await reading > 1, "the reader saw no change");
    }

    /// <summary>A new client of the test's own store, which is empty at first.</summary>
    protected abstract IObjectStore Open();

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string? Text(StoredObject? found) => found is null ? null : Encoding.UTF8.GetString(found.Content.Span);

    protected static async Task<List<string>> List(IObjectStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (string key in store.ListAsync(prefix, None)) keys.Add(key);
        return keys;
    }
}
