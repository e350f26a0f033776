using System.Globalization;
using System.Runtime.InteropServices;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// The files of a local stream and their names. Touches no other file of the folder.
/// <c>stream.json</c> says what the stream is; <c>log/&lt;first sequence number&gt;.log</c> are the segments; <c>log.end</c> is the synced end;
/// <c>append.lock</c> is held by whoever appends.
/// </summary>
internal sealed partial class StreamFolder(string path)
{
    private const int NumberDigits = 20;
    private const string SegmentExtension = ".log";

    public string Path { get; } = path;

    public string Manifest => System.IO.Path.Combine(Path, "stream.json");

    public string ManifestDraft => Manifest + ".tmp";

    public string Log => System.IO.Path.Combine(Path, "log");

    public string SyncedEnd => System.IO.Path.Combine(Path, "log.end");

    public string AppendLock => System.IO.Path.Combine(Path, "append.lock");

    public string Segment(ulong first)
        => System.IO.Path.Combine(Log, first.ToString("D20", CultureInfo.InvariantCulture) + SegmentExtension);

    /// <summary>First sequence numbers of all segments, ascending; anything else in the folder is not ours.</summary>
    public List<ulong> ListSegments()
    {
        var segments = new List<ulong>();
        foreach (string file in Directory.EnumerateFiles(Log, "*" + SegmentExtension))
        {
            string name = System.IO.Path.GetFileNameWithoutExtension(file);
            if (name.Length == NumberDigits && ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out ulong first)) segments.Add(first);
        }

        segments.Sort();
        return segments;
    }

    /// <summary>The segment after <paramref name="segment"/>, or 0 if it is the last.</summary>
    public ulong NextSegment(ulong segment) => ListSegments().Find(first => first > segment);

    /// <summary>Makes the folder, and its name durable: in the folder above, and in those further up that had to be made too.</summary>
    public void Create()
    {
        string above = System.IO.Path.GetDirectoryName(Path)!, there = above;
        while (!Directory.Exists(there)) there = System.IO.Path.GetDirectoryName(there)!;
        Directory.CreateDirectory(Log);
        SyncNames(above);
        while (above != there) SyncNames(above = System.IO.Path.GetDirectoryName(above)!);
    }

    /// <summary>Deletes what a stream consists of, except the manifest; a folder goes too if nothing else is in it.</summary>
    public void DeleteContents()
    {
        foreach (ulong segment in ListSegments()) File.Delete(Segment(segment));
        if (!Directory.EnumerateFileSystemEntries(Log).Any()) Directory.Delete(Log);
        File.Delete(SyncedEnd);
        File.Delete(ManifestDraft);
        File.Delete(AppendLock);
        if (!Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }

    /// <summary>Makes the names in a folder durable: a new file survives a power cut only if its name does.</summary>
    public static void SyncNames(string folder)
    {
        // Windows keeps names in a journal of its own and cannot sync a folder.
        if (OperatingSystem.IsWindows()) return;
        int descriptor = OpenFolder(folder, 0);
        if (descriptor < 0) throw new IOException($"Cannot open the folder {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Sync(descriptor) != 0) throw new IOException($"Cannot sync the folder {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int readOnly);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
