namespace Streaming.Shared.Objects;

/// <summary>
/// The files below a folder as keys, in the order of their UTF-8 bytes, one by one. Holds the entries of one folder per level, never
/// the whole tree. What comes and goes during the walk may be there or not.
/// </summary>
internal sealed class FolderWalk
{
    private readonly string _root;
    private readonly string _prefix;

    // Per level: what is still to come, the next entry last. A folder's name ends in a slash, because it sorts by its keys.
    private readonly Stack<Stack<string>> _levels = new();

    /// <param name="root">Folder of the store.</param>
    /// <param name="prefix">What the keys begin with. Only the folder that it names is walked.</param>
    /// <exception cref="ArgumentException">The prefix names no folder that keys can have.</exception>
    public FolderWalk(string root, string prefix)
    {
        int slash = prefix.LastIndexOf('/');
        if (slash >= 0) ObjectKey.Check(prefix[..slash]);
        (_root, _prefix) = (root, prefix);
        _levels.Push(new Stack<string>([prefix[..(slash + 1)]]));
    }

    /// <summary>The next key, or null at the end.</summary>
    public string? Next()
    {
        while (_levels.TryPeek(out Stack<string>? level))
        {
            if (!level.TryPop(out string? entry)) _levels.Pop();
            else if (entry.Length == 0 || entry[^1] == '/') _levels.Push(Entries(entry));
            else return entry;
        }

        return null;
    }

    private Stack<string> Entries(string folder)
    {
        var entries = new List<string>();
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(Path.Combine(_root, folder)).EnumerateFileSystemInfos())
            {
                // What cannot be part of a key is not for its users: .store above all.
                if (!ObjectKey.IsSegment(entry.Name)) continue;
                string key = folder + entry.Name + (entry is DirectoryInfo ? "/" : "");
                if (key.StartsWith(_prefix, StringComparison.Ordinal)) entries.Add(key);
            }
        }
        catch (DirectoryNotFoundException)
        {
            return new Stack<string>();
        }

        entries.Sort(Utf8Order.Instance);
        entries.Reverse();
        return new Stack<string>(entries);
    }
}
