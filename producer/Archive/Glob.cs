using System.IO.Enumeration;

namespace Streaming.Producer.Archive;

/// <summary>Paths with <c>*</c> and <c>?</c> in a name, and <c>**</c> for any number of folders.</summary>
internal static class Glob
{
    public static bool IsPattern(string path) => path.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>The pattern says which kind of file it means, as <c>*.txt</c> does.</summary>
    public static bool NamesExtension(string pattern) => Path.GetExtension(pattern) is { Length: > 1 } extension && !IsPattern(extension);

    public static IEnumerable<string> Match(string pattern, int maxDepth)
    {
        string root = Path.IsPathRooted(pattern) ? Path.GetPathRoot(pattern)! : "";
        string[] segments = pattern[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return Match(root, segments, maxDepth);
    }

    private static IEnumerable<string> Match(string folder, string[] segments, int depthLeft)
    {
        if (segments.Length == 0) return [folder];
        string[] rest = segments[1..];
        if (segments[0] == "**")
        {
            IEnumerable<string> here = rest.Length == 0 ? [] : Match(folder, rest, depthLeft);
            IEnumerable<string> below = depthLeft == 0 ? [] : Entries(folder, "*").SelectMany(entry => Deeper(entry, segments, depthLeft));
            return here.Concat(below).Distinct(StringComparer.Ordinal);
        }

        if (IsPattern(segments[0])) return Entries(folder, segments[0]).SelectMany(entry => Match(entry, rest, depthLeft));
        string path = Path.Combine(folder, segments[0]);
        return Path.Exists(path) ? Match(path, rest, depthLeft) : [];
    }

    private static IEnumerable<string> Deeper(string entry, string[] segments, int depthLeft)
    {
        if (Directory.Exists(entry)) return Match(entry, segments, depthLeft - 1);
        return segments.Length == 1 ? [entry] : [];
    }

    private static IEnumerable<string> Entries(string folder, string pattern)
    {
        string place = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(place)) return [];
        return Directory.EnumerateFileSystemEntries(place)
            .Select(entry => Path.GetFileName(entry))
            .Where(name => name[0] != '.' && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            .Select(name => Path.Combine(folder, name));
    }
}
