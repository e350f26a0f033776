using System.Diagnostics;
using System.Text.Json;

namespace Streaming.Tests.TestKit;

/// <summary>DuckDB, hyparquet and parquet-wasm, as the scripts of tests/readers run them in Node.</summary>
public static class NodeReaders
{
    private static readonly string Folder = Path.Combine(TestPaths.Repository, "tests", "readers");

    /// <summary>Why they cannot be asked, or null if they can.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>What each reader finds in a file; key is the reader's name.</summary>
    public static IReadOnlyDictionary<string, ReadTable> Read(string file)
        => JsonSerializer.Deserialize<Dictionary<string, ReadTable>>(Run("read.mjs", file), JsonSerializerOptions.Web)!;

    /// <summary>The rows that DuckDB answers, each value as text.</summary>
    public static string?[][] Query(string sql) => JsonSerializer.Deserialize<string?[][]>(Run("query.mjs", sql))!;

    private static string Run(string script, string argument)
    {
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { script, argument },
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process node = Process.Start(start)!;
        Task<string> errors = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        return node.ExitCode == 0 ? output : throw new InvalidOperationException($"{script} {argument}: {errors.Result}");
    }

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
