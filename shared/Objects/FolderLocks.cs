using System.Security.Cryptography;
using System.Text;

namespace Streaming.Shared.Objects;

/// <summary>
/// Locks in a folder, exclusive across processes. Owns the lock files; does not own what they guard. A lock is an open file that the
/// operating system gives to one holder, so a killed process leaves none behind. The files stay, because whoever deleted one could
/// delete it from under another that is just opening it.
/// </summary>
internal sealed class FolderLocks(string folder, TimeProvider time, TimeSpan waitLimit)
{
    /// <summary>Keys share this many locks: enough that writers of different keys seldom meet.</summary>
    public const int Count = 64;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(32);

    // Callers of this process queue up here, in turn; only one at a time polls for the file.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];

    /// <summary>The lock of a key; the same in all processes.</summary>
    public static int Of(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key))[0] % Count;

    /// <summary>Waits for the lock; null if others held it all through the wait limit.</summary>
    public async Task<IDisposable?> TakeAsync(int index, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(waitLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await _turns[index].WaitAsync(either.Token);
            try
            {
                TimeSpan pause = ShortestPause;
                FileStream? file;
                while ((file = TryOpen(index)) is null)
                {
                    await Task.Delay(pause, time, either.Token);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }

                return new Held(file, _turns[index]);
            }
            catch
            {
                _turns[index].Release();
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The lock if it is free now, else null.</summary>
    public IDisposable? TryTake(int index)
    {
        if (!_turns[index].Wait(0)) return null;
        FileStream? file = null;
        try
        {
            file = TryOpen(index);
            return file is null ? null : new Held(file, _turns[index]);
        }
        finally
        {
            if (file is null) _turns[index].Release();
        }
    }

    private FileStream? TryOpen(int index)
    {
        try
        {
            return new FileStream(Path.Combine(folder, $"{index:00}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException held) when (IsHeldByAnother(held))
        {
            return null;
        }
    }

    // The code of a sharing violation on Linux, macOS and Windows.
    private static bool IsHeldByAnother(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    private sealed class Held(FileStream file, SemaphoreSlim turn) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            turn.Release();
        }
    }
}
