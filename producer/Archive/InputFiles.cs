using System.Globalization;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Turns arguments (files, folders, globs; local or <c>s3://</c>) into Parquet files, in the order of the arguments and then by ordinal path. A file
/// that several arguments reach is taken once.
/// </summary>
internal static class InputFiles
{
    internal const string Extension = ".parquet";
    private const string HiveNull = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>Folders below an input; a loop of links ends here.</summary>
    private const int MaxDepth = 32;

    /// <param name="s3">Looks into <c>s3://</c> inputs.</param>
    /// <exception cref="UsageException">An input is missing, matches nothing, or is not Parquet by its name.</exception>
    public static IReadOnlyList<InputFile> Expand(IEnumerable<string> inputs, S3Inputs s3)
    {
        var files = new List<InputFile>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (string input in inputs)
        {
            bool isS3 = S3Address.IsS3(input);
            foreach (InputFile file in isS3 ? s3.Expand(input) : Local(input))
            {
                if (taken.Add(isS3 ? file.Path : Path.GetFullPath(file.Path))) files.Add(file);
            }
        }

        return files;
    }

    private static IEnumerable<InputFile> Local(string input)
        => Resolve(input).Order(StringComparer.Ordinal).Select(path => new InputFile(path, PartitionsOf(path), () => new FileByteSource(path)) { Version = VersionOf(path) });

    private static string VersionOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes of {file.LastWriteTimeUtc:O}") : "";
    }

    private static List<string> Resolve(string input)
    {
        if (input.Contains("://", StringComparison.Ordinal))
            throw new UsageException($"Input {input}: only s3:// and local files, folders and globs are read.");
        if (File.Exists(input))
        {
            return IsParquet(input)
                ? [input]
                : throw new UsageException($"Input {input}: only Parquet is read (*{Extension}). DuckDB converts: COPY (FROM '{input}') TO 'out{Extension}'.");
        }

        if (Directory.Exists(input))
        {
            List<string> files = FilesBelow(input);
            return files.Count > 0 ? files : throw new UsageException($"Input folder {input} holds no *{Extension} file.");
        }

        if (!Glob.IsPattern(input)) throw new UsageException($"Input {input} does not exist. Give a Parquet file, a folder or a glob.");
        var matches = new List<string>();
        foreach (string match in Glob.Match(input, MaxDepth))
        {
            if (Directory.Exists(match)) matches.AddRange(FilesBelow(match));
            else if (IsParquet(match)) matches.Add(match);
        }

        return matches.Count > 0 ? matches : throw new UsageException($"No *{Extension} file matches {input}.");
    }

    // Names that begin with a dot or an underscore are other tools' leftovers (_temporary, _SUCCESS), as Spark and Hive hold it.
    private static List<string> FilesBelow(string folder, int depth = 0)
    {
        var files = new List<string>();
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder))
            {
                if (IsParquet(file) && !IsLeftover(file)) files.Add(file);
            }

            foreach (string below in Directory.EnumerateDirectories(folder))
            {
                if (depth < MaxDepth && !IsLeftover(below)) files.AddRange(FilesBelow(below, depth + 1));
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"Input folder {folder} cannot be read: {e.Message}");
        }

        return files;
    }

    internal static bool IsParquet(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static bool IsLeftover(string path) => Path.GetFileName(path.AsSpan()) is ['.' or '_', ..];

    internal static Dictionary<string, string?> PartitionsOf(string path)
    {
        var partitions = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string segment in (Path.GetDirectoryName(path) ?? "").Split(Path.DirectorySeparatorChar))
        {
            int equals = segment.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) continue;
            string value = segment[(equals + 1)..];
            partitions[HivePath.Decode(segment[..equals])] = value == HiveNull ? null : HivePath.Decode(value);
        }

        return partitions;
    }
}
