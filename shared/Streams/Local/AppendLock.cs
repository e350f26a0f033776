using Microsoft.Win32.SafeHandles;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// The right to append, for one holder among all threads and processes. It is a lock of the operating system on an open
/// file, which the kernel releases when the process dies: a killed producer never blocks another one.
/// </summary>
internal sealed class AppendLock : IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(8);

    private readonly SafeFileHandle _file;

    private AppendLock(SafeFileHandle file) => _file = file;

    /// <exception cref="TimeoutException">Others held it all the time.</exception>
    public static async ValueTask<AppendLock> AcquireAsync(StreamFolder folder, TimeProvider time, TimeSpan timeout, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        TimeSpan wait = ShortestWait;
        while (true)
        {
            if (TryAcquire(folder) is { } held) return held;
            if (time.GetElapsedTime(start) >= timeout)
                throw new TimeoutException($"other producers held {folder.AppendLock} for {timeout.TotalSeconds:0.#} s");
            await Task.Delay(wait, time, cancellation);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>The lock, or null if another holds it.</summary>
    public static AppendLock? TryAcquire(StreamFolder folder)
    {
        try
        {
            return new AppendLock(File.OpenHandle(folder.AppendLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            return null;
        }
    }

    /// <summary>
    /// Keeps producers away while a reader looks at what stands behind the synced end; null if one appends. Readers may hold it together, and none
    /// makes the file: where there is none, nobody has appended.
    /// </summary>
    public static AppendLock? TryShare(StreamFolder folder)
    {
        try
        {
            return new AppendLock(File.OpenHandle(folder.AppendLock, FileMode.Open, FileAccess.Read, FileShare.Read));
        }
        catch (FileNotFoundException)
        {
            return new AppendLock(new SafeFileHandle());
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
