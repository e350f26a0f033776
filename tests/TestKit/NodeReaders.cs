namespace Streaming.Tests.TestKit;

/// <summary>DuckDB, hyparquet and parquet-wasm, as the scripts of tests/readers run them in Node.</summary>
public static class NodeReaders
{
    private static readonly string Folder = Path.Combine(TestPaths.Repository, "tests", "readers");
    private static readonly NodeScript Reader = new(Folder, "read.mjs");
    private static readonly NodeScript DuckDb = new(Folder, "query.mjs");

    /// <summary>Why they cannot be asked, or null if they can.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>What each reader finds in a file; key is the reader's name.</summary>
    public static IReadOnlyDictionary<string, ReadTable> Read(string file) => Reader.Ask<Dictionary<string, ReadTable>>(file);

    /// <summary>The rows that DuckDB answers, each value as text.</summary>
    public static string?[][] Query(string sql) => DuckDb.Ask<string?[][]>(sql);

    private static string? FindMissing()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe"))))
            return "Node is not on PATH, which runs the other Parquet readers";
        return Directory.Exists(Path.Combine(Folder, "node_modules"))
            ? null
            : "the other Parquet readers are not installed: npm install --prefix tests/readers";
    }
}

/// <param name="Columns">Name and type of each column, in the reader's words.</param>
/// <param name="Rows">Integers and times in microseconds as decimal text, doubles as the shortest text that reads back.</param>
/// <param name="Metadata">Key-value metadata of the file.</param>
public sealed record ReadTable(string[][] Columns, string?[][] Rows, Dictionary<string, string> Metadata);
