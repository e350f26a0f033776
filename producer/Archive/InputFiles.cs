using System.Globalization;
using Streaming.Shared;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Turns arguments (files, folders, globs; local or <c>s3://</c>) into history files, in the order of the arguments and then by ordinal path. A file
/// that several arguments reach is taken once. Does not judge what is in a file that is named, or whose name says that it is Parquet or CSV.
/// </summary>
internal static class InputFiles
{
    private const string HiveNull = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>Folders below an input; a loop of links ends here.</summary>
    private const int MaxDepth = 32;

    /// <param name="s3">Looks into <c>s3://</c> inputs.</param>
    /// <param name="leftOut">Gets what is neither Parquet nor CSV.</param>
    /// <exception cref="UsageException">An input is missing, matches nothing, or belongs to a table format.</exception>
    public static IReadOnlyList<InputFile> Expand(IEnumerable<string> inputs, S3Inputs s3, LeftOutFiles leftOut)
    {
        var files = new List<InputFile>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (string input in inputs)
        {
            bool isS3 = S3Address.IsS3(input);
            foreach (InputFile file in isS3 ? s3.Expand(input, leftOut) : Local(input, leftOut))
            {
                if (taken.Add(isS3 ? file.Path : Path.GetFullPath(file.Path))) files.Add(file);
            }
        }

        return files;
    }

    private static IEnumerable<InputFile> Local(string input, LeftOutFiles leftOut)
        => Resolve(input, leftOut).Order(StringComparer.Ordinal).Select(path => new InputFile(path, PartitionsOf(path), () => new FileByteSource(path)) { Version = VersionOf(path) });

    private static string VersionOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes of {file.LastWriteTimeUtc:O}") : "";
    }

    private static List<string> Resolve(string input, LeftOutFiles leftOut)
    {
        if (input.Contains("://", StringComparison.Ordinal))
            throw new UsageException($"Input {input}: only s3:// and local files, folders and globs are read.");
        var notTables = new HashSet<string>(StringComparer.Ordinal);
        if (File.Exists(input))
        {
            RefuseTable(input, input, notTables);
            return [input];
        }

        var files = new List<string>();
        if (Directory.Exists(input))
        {
            AddBelow(input, input);
            return files.Count > 0 ? files : throw new UsageException($"Input folder {input} holds no Parquet or CSV file. {leftOut}".TrimEnd());
        }

        if (!Glob.IsPattern(input)) throw new UsageException($"Input {input} does not exist. Give a file, a folder or a glob.");
        bool isByExtension = Glob.NamesExtension(input);
        foreach (string match in Glob.Match(input, MaxDepth))
        {
            RefuseTable(input, match, notTables);
            if (Directory.Exists(match)) AddBelow(input, match);
            else if (isByExtension || IsHistory(match)) files.Add(match);
            else leftOut.Add(match);
        }

        return files.Count > 0 ? files : throw new UsageException($"No Parquet or CSV file matches {input}. {leftOut}".TrimEnd());

        // Names that begin with a dot or an underscore are other tools' leftovers (_temporary, _SUCCESS), as Spark and Hive hold it.
        void AddBelow(string argument, string folder, int depth = 0)
        {
            RefuseTable(argument, Path.Combine(folder, "x"), notTables);
            try
            {
                foreach (string file in Directory.EnumerateFiles(folder).Where(file => !IsLeftover(file)))
                {
                    if (IsHistory(file)) files.Add(file);
                    else leftOut.Add(file);
                }

                foreach (string below in Directory.EnumerateDirectories(folder))
                {
                    if (depth < MaxDepth && !IsLeftover(below)) AddBelow(argument, below, depth + 1);
                }
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                throw new UsageException($"Input folder {folder} cannot be read: {e.Message}");
            }
        }
    }

    private static void RefuseTable(string input, string file, HashSet<string> notTables)
        => TableFormats.RefuseLocal(input, Path.GetDirectoryName(Path.GetFullPath(file)), notTables);

    private static bool IsLeftover(string path) => Path.GetFileName(path.AsSpan()) is ['.' or '_', ..];

    // A file that cannot be opened is taken, so that it is refused with the reason. A pipe or a socket has no length, and would not answer.
    private static bool IsHistory(string path)
    {
        if (HistoryFile.IsKnownName(path)) return true;
        if (new FileInfo(path).Length < HistoryFile.MinParquetBytes) return false;
        try
        {
            using var source = new FileByteSource(path);
            return HistoryFile.IsParquet(source);
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            return true;
        }
    }

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
