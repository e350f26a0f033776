namespace Streaming.Producer.Archive;

/// <summary>Files in folders, globs and prefixes that are neither Parquet nor CSV, counted and the first ones named.</summary>
internal sealed class LeftOutFiles
{
    private const int MaxExamples = 5;

    // Several arguments can reach the same file.
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    public int Count => _paths.Count;

    /// <summary>The first ones by ordinal path.</summary>
    public IReadOnlyList<string> Examples => [.. _paths.Order(StringComparer.Ordinal).Take(MaxExamples)];

    public void Add(string path) => _paths.Add(path);

    /// <summary>For a message; empty if none was left out.</summary>
    public override string ToString() => Note(Count, Examples);

    public static string Note(int count, IReadOnlyList<string> examples) => count == 0
        ? ""
        : $"left out {count} {(count == 1 ? "file" : "files")}, neither Parquet nor CSV by name or first bytes: "
            + $"{string.Join(", ", examples)}{(count > examples.Count ? ", ..." : "")}";
}

/// <summary>What <c>inspect --json</c> says about them, after the files.</summary>
internal sealed record LeftOutInspection(int LeftOut, IReadOnlyList<string> LeftOutFiles);
