using Streaming.Shared;

namespace Streaming.Producer.Archive;

/// <summary>
/// Knows Delta, Hudi and Iceberg tables by their metadata folders. Their data files are not the table: some hold rows that were deleted or rewritten,
/// and only the metadata says which. So they are refused, with what to do instead.
/// </summary>
internal static class TableFormats
{
    /// <summary>Names that a table has beside or above its data files.</summary>
    public static IReadOnlyList<string> Markers { get; } = ["_delta_log", ".hoodie", IcebergMetadata];

    private const string IcebergMetadata = "metadata";

    /// <summary>True if a file of that name in a folder of that name makes the folder above it a table.</summary>
    public static bool IsMetadata(string folder, string file) => folder switch
    {
        IcebergMetadata => file.EndsWith(".metadata.json", StringComparison.Ordinal) || file == "version-hint.text",
        _ => Markers.Contains(folder),
    };

    /// <summary>Refuses the folder if it is a table, or lies in one.</summary>
    /// <param name="notTables">Folders that were found to be none.</param>
    /// <exception cref="UsageException">It is a table.</exception>
    public static void RefuseLocal(string input, string? folder, HashSet<string> notTables)
    {
        for (; folder is not null && notTables.Add(folder); folder = Path.GetDirectoryName(folder))
        {
            foreach (string marker in Markers)
            {
                string metadata = Path.Combine(folder, marker);
                if (Directory.Exists(metadata) && (marker != IcebergMetadata || HasIcebergFile(metadata))) throw Refusal(input, folder, marker);
            }
        }
    }

    public static UsageException Refusal(string input, string table, string marker)
    {
        (string format, string remedy) = marker switch
        {
            "_delta_log" => ("Delta", $"duckdb -c \"COPY (FROM delta_scan('{table}')) TO 'out.parquet'\""),
            ".hoodie" => ("Hudi", $"in Spark, spark.read.format(\"hudi\").load(\"{table}\").write.parquet(\"out\")"),
            _ => ("Iceberg", $"duckdb -c \"COPY (FROM iceberg_scan('{table}')) TO 'out.parquet'\""),
        };
        return new UsageException(
            $"Input {input}: {table} is a {format} table (it has {marker}/). Its files also hold rows that the table no longer has. Export it and replay that: {remedy}");
    }

    private static bool HasIcebergFile(string folder)
        => Directory.EnumerateFiles(folder).Any(file => IsMetadata(IcebergMetadata, Path.GetFileName(file)));
}
