using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Objects;

public sealed class LocalObjectStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private string Folder => _scratch["deep/lake"];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData(".")]
    [InlineData("./a")]
    [InlineData(".store/locks/00")]
    [InlineData("a/.hidden")]
    [InlineData("a\\b")]
    [InlineData("..\\x")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u007Fb")]
    public async Task KeyThatIsNoPlainPath_IsRefusedAndTouchesNothing(string key)
    {
        IObjectStore store = Open();
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(key, Bytes("x"), null, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.GetAsync(key, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync(key, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public async Task KeyThatIsNoUnicodeOrTooLong_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Open().GetAsync("a\uD800", CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Open().GetAsync(new string('x', 256), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => List(Open(), "../"));
    }

    [Fact]
    public async Task ForeignAndUnfinishedFiles_AreNotListed()
    {
        IObjectStore store = Open();
        await store.PutAsync("a/b", Bytes("x"), null, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(Folder, ".DS_Store"), "x");
        await File.WriteAllTextAsync(Path.Combine(Folder, "a", ".b.swp"), "x");
        Assert.Equal(["a/b"], await List(store, ""));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Folder, ".store", "tmp")));
    }

    [Fact]
    public async Task FolderThatCannotBeWritten_IsNamedWithTheRemedy()
    {
        // A file where the folder should be stops root, too.
        await File.WriteAllTextAsync(_scratch["deep"], "a file");
        IObjectStore store = Open();
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckWritableAsync(CancellationToken.None));
        Assert.StartsWith($"{Folder}: the folder could not be written: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("no file stands where a folder should be.", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync("a", Bytes("x"), null, CancellationToken.None));
    }

    [Fact]
    public async Task FullDisk_IsNamedWithTheRemedy()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no device that is always full");
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        IOException cause = await Assert.ThrowsAsync<IOException>(() => full.WriteAsync(Bytes("x")).AsTask());
        Assert.StartsWith("The disk is full", StorageRemedy.For(cause), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileWhereAFolderShouldBe_IsAnErrorAndNoObject()
    {
        IObjectStore store = Open();
        await store.PutAsync("a", Bytes("x"), null, CancellationToken.None);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync("a/b", Bytes("x"), null, CancellationToken.None));
        Assert.Null(await store.GetAsync("a/b", CancellationToken.None));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Folder, ".store", "tmp")));
    }

    [Fact]
    public async Task LockThatNobodyGivesBack_EndsTheWait()
    {
        await Open().PutAsync("a", Bytes("x"), null, CancellationToken.None);
        string lockFile = Path.Combine(Folder, ".store", "locks", $"{FolderLocks.Of("a"):00}");
        var hasty = new LocalObjectStore(Folder, TimeProvider.System, TimeSpan.FromMilliseconds(100));
        await using (new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => hasty.PutAsync("a", Bytes("y"), null, CancellationToken.None));
            Assert.StartsWith($"{Folder}: a could not be written: other writers held lock", error.Message, StringComparison.Ordinal);
            Assert.Equal("x", Text(await hasty.GetAsync("a", CancellationToken.None)));
        }

        await Open().DeleteAsync("a", CancellationToken.None);
    }

    [Fact]
    public async Task LeftoverOfADeadWriter_IsRemovedAtTheCheck()
    {
        await Open().CheckWritableAsync(CancellationToken.None);
        string[] leftovers = [.. Enumerable.Range(0, FolderLocks.Count).Select(index => Path.Combine(Folder, ".store", "tmp", $"{index:00}"))];
        foreach (string leftover in leftovers) await File.WriteAllTextAsync(leftover, "unfinished");
        // The writer under lock 7 is alive.
        await using (new FileStream(Path.Combine(Folder, ".store", "locks", "07"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            await Open().CheckWritableAsync(CancellationToken.None);
        Assert.Equal([leftovers[7]], leftovers.Where(File.Exists));
    }

    protected override IObjectStore Open() => new LocalObjectStore(Folder, TimeProvider.System);
}
