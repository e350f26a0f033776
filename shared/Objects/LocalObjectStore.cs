using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Streaming.Shared.Objects;

/// <summary>
/// Objects as files of a folder, for one machine: any number of processes may write and read it at once. Owns the order of a write:
/// under the key's lock, the condition is checked, the content goes to a file that nobody reads and to the disk, and a rename puts it
/// in place. A tag is the SHA-256 of the content.
/// </summary>
/// <remarks>
/// Locks and unfinished files are in <c>.store</c> below the folder. A key is a relative path whose names do not begin with a dot; one key cannot
/// be the folder of another. Keys that no folder can hold throw <see cref="ArgumentException"/>. After a power failure the last puts may be undone,
/// in their order, but none is torn.
/// </remarks>
public sealed class LocalObjectStore : IObjectStore
{
    private readonly string _root;
    private readonly string _temporary;
    private readonly string _lockFolder;
    private readonly FolderLocks _locks;
    private readonly TimeSpan _lockWaitLimit;

    /// <param name="folder">Created at the first write if it is not there.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="lockWaitLimit">How long a put waits for other writers; 30 s if null.</param>
    public LocalObjectStore(string folder, TimeProvider time, TimeSpan? lockWaitLimit = null)
    {
        Address = folder;
        _root = Path.GetFullPath(folder);
        _temporary = Path.Combine(_root, ".store", "tmp");
        _lockFolder = Path.Combine(_root, ".store", "locks");
        _lockWaitLimit = lockWaitLimit ?? TimeSpan.FromSeconds(30);
        _locks = new FolderLocks(_lockFolder, time, _lockWaitLimit);
    }

    public string Address { get; }

    /// <inheritdoc/>
    /// <remarks>Removes what writers that died have left in the folder of unfinished files.</remarks>
    public async Task CheckWritableAsync(CancellationToken cancellation)
    {
        const int first = 0;
        using IDisposable held = await LockAsync(first, "the folder", cancellation);
        await OnPoolAsync("the folder", "written", () =>
        {
            // A name with a dot is no key, so that nobody sees this object.
            string probe = Path.Combine(_root, ".writable");
            Replace(probe, first, "probe"u8);
            File.Delete(probe);
            for (int index = first + 1; index < FolderLocks.Count; index++) RemoveLeftover(index);
            return true;
        });
    }

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        string path = PathOf(key);
        return OnPoolAsync(key, "read", () => Read(path) is { } content ? new StoredObject(content, TagOf(content)) : null);
    }

    public Task<ReadOnlyMemory<byte>?> GetTailAsync(string key, int count, CancellationToken cancellation)
    {
        string path = PathOf(key);
        return OnPoolAsync<ReadOnlyMemory<byte>?>(key, "read", () => Read(path, file => ReadToEnd(file, Math.Max(0, file.Length - count))) is { } tail ? tail : default(ReadOnlyMemory<byte>?));
    }

    public async Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
    {
        string path = PathOf(key);
        int index = FolderLocks.Of(key);
        using IDisposable held = await LockAsync(index, key, cancellation);
        return await OnPoolAsync(key, "written", () =>
        {
            if (TagAt(path) != expectedTag) return null;
            Replace(path, index, content.Span);
            return TagOf(content.Span);
        });
    }

    public async Task DeleteAsync(string key, CancellationToken cancellation)
    {
        string path = PathOf(key);
        using IDisposable held = await LockAsync(FolderLocks.Of(key), key, cancellation);
        await OnPoolAsync(key, "deleted", () =>
        {
            if (File.Exists(path)) File.Delete(path);
            return true;
        });
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var walk = new FolderWalk(_root, prefix);
        while (await OnPoolAsync(prefix, "listed", walk.Next) is { } key)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    private static string TagOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Of what stands there, without bringing it into memory; null if nothing does.</summary>
    private static string? TagAt(string path) => Read(path, file => Convert.ToHexStringLower(SHA256.HashData(file)));

    private static byte[]? Read(string path) => Read(path, file => ReadToEnd(file, from: 0));

    private static byte[] ReadToEnd(FileStream file, long from)
    {
        byte[] content = new byte[file.Length - from];
        file.Position = from;
        file.ReadExactly(content);
        return content;
    }

    private static T? Read<T>(string path, Func<FileStream, T> read)
        where T : class
    {
        // A folder is no object, but opening it fails like a file without permission.
        if (!File.Exists(path)) return null;
        try
        {
            // The writer may rename over the file while it is read: this handle keeps the content that it opened.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return read(file);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes the whole file or leaves it as it was. The caller holds the lock, which the unfinished file belongs to.</summary>
    private void Replace(string path, int lockIndex, ReadOnlySpan<byte> content)
    {
        string unfinished = UnfinishedPath(lockIndex);
        try
        {
            using (var file = File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, content, fileOffset: 0);
                // Before the rename, or a power failure could leave the name on a file without its content.
                RandomAccess.FlushToDisk(file);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            // It may be what fills the disk.
            File.Delete(unfinished);
            throw;
        }
    }

    private void RemoveLeftover(int lockIndex)
    {
        // Whoever holds the lock may be writing the file; then it is no leftover.
        using IDisposable? held = _locks.TryTake(lockIndex);
        if (held is not null) File.Delete(UnfinishedPath(lockIndex));
    }

    /// <summary>One unfinished file per lock: the next writer under that lock overwrites what a dead one left.</summary>
    private string UnfinishedPath(int lockIndex) => Path.Combine(_temporary, $"{lockIndex:00}");

    private string PathOf(string key)
    {
        ObjectKey.Check(key);
        return Path.Combine(_root, key.Replace('/', Path.DirectorySeparatorChar));
    }

    private async Task<IDisposable> LockAsync(int index, string key, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(_lockFolder);
            Directory.CreateDirectory(_temporary);
            return await _locks.TakeAsync(index, cancellation) ?? throw new StoreUnavailableException(
                $"{Address}: {key} could not be written: other writers held lock {index:00} for {_lockWaitLimit.TotalSeconds:0.#} s. "
                + "Look for a process that hangs with the store open.");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, "written", cause);
        }
    }

    // Disk access blocks, above all the flush, for which the platform has no asynchronous form; here it does not hold up the caller.
    private async Task<T> OnPoolAsync<T>(string key, string verb, Func<T> work)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, verb, cause);
        }
    }

    private StoreUnavailableException Unavailable(string key, string verb, Exception cause)
        => new($"{Address}: {key} could not be {verb}: {cause.Message} {StorageRemedy.For(cause)}", cause);
}
