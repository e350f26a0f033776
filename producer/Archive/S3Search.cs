using System.IO.Enumeration;
using Streaming.Shared;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Finds the history objects of one <c>s3://</c> input.</summary>
internal sealed class S3Search(S3Files files, string input, LeftOutFiles leftOut)
{
    /// <summary>Objects whose first bytes are read because their names say nothing; each takes a call. Further ones are left out.</summary>
    private const int MaxLooks = 256;

    private readonly S3Address _at = S3Address.Parse(input);
    private readonly List<S3File> _found = [];
    private readonly Dictionary<string, string> _markersOfTables = [];
    private int _looks;

    /// <exception cref="UsageException">The input belongs to a table format.</exception>
    public async Task<List<S3File>> FindAsync()
    {
        string path = _at.Prefix.TrimEnd('/');
        // Up to the last slash before the pattern begins, a listing can be told what is wanted.
        string root = Glob.IsPattern(path) ? path[..(path.LastIndexOf('/', path.AsSpan().IndexOfAny('*', '?')) + 1)] : _at.Prefix;
        if (Glob.IsPattern(path))
        {
            string[] pattern = path.Split('/');
            string? extension = Glob.NamesExtension(path) ? Path.GetExtension(path) : null;
            await ListAsync(root, file => Matches(file.Key.Split('/'), pattern), file => extension is not null && file.Key.EndsWith(extension, StringComparison.Ordinal));
        }
        else if (HistoryFile.IsKnownName(path))
        {
            // One listing for both: an object of that name, or a folder of it.
            await ListAsync(path, file => file.Key == path || file.Key.StartsWith(_at.Prefix, StringComparison.Ordinal), _ => false);
        }
        else
        {
            await ListAsync(root, _ => true, _ => false);
            // A listing is sorted, so the object of that very name comes before all keys that begin with it.
            if (_found.Count == 0 && path.Length > 0 && await FirstAsync(path, _ => true) is { } named && named.Key == path) _found.Add(named);
        }

        if (_found.Count > 0) await FindTablesAroundAsync(_found[0].Key, root);
        foreach ((string table, string marker) in _markersOfTables)
        {
            if (_found.Exists(file => file.Key.StartsWith(table, StringComparison.Ordinal)))
                throw TableFormats.Refusal(input, $"{S3Address.Scheme}{_at.Bucket}/{table}".TrimEnd('/'), marker);
        }

        return _found;
    }

    private async Task ListAsync(string prefix, Predicate<S3File> isWanted, Predicate<S3File> isNamed)
    {
        await foreach (S3File file in files.ListAsync(_at.Bucket, prefix, CancellationToken.None))
        {
            NoteTable(file.Key);
            // Names that begin with a dot or an underscore are other tools' leftovers, unless they were asked for.
            bool isLeftover = file.Key[prefix.Length..].Split('/').Any(name => name is ['.' or '_', ..]);
            if (isLeftover || file.Key.EndsWith('/') || !isWanted(file)) continue;
            if (HistoryFile.IsKnownName(file.Key) || isNamed(file) || IsParquet(file)) _found.Add(file);
            else leftOut.Add(file.Address);
        }
    }

    // An object that cannot be read is taken, so that it is refused with the reason.
    private bool IsParquet(S3File file)
    {
        if (file.Length < HistoryFile.MinParquetBytes || _looks++ >= MaxLooks) return false;
        try
        {
            using IByteSource source = files.Open(file);
            return HistoryFile.IsParquet(source);
        }
        catch (Exception e) when (ReadFaults.IsFileFault(e))
        {
            return true;
        }
    }

    private void NoteTable(string key)
    {
        string[] parts = key.Split('/');
        for (int i = 0; i + 1 < parts.Length; i++)
        {
            if (TableFormats.IsMetadata(parts[i], parts[i + 1])) _markersOfTables[string.Concat(parts[..i].Select(part => part + '/'))] = parts[i];
        }
    }

    // What was listed shows the tables in it; the metadata of a table around it lies outside the listing.
    private async Task FindTablesAroundAsync(string key, string listed)
    {
        for (int end = key.LastIndexOf('/') + 1; ; end = end > 1 ? key.LastIndexOf('/', end - 2) + 1 : 0)
        {
            string folder = key[..end];
            if (!folder.StartsWith(listed, StringComparison.Ordinal))
            {
                foreach (string marker in TableFormats.Markers)
                {
                    if (await FirstMetadataAsync($"{folder}{marker}/") is { } metadata) NoteTable(metadata.Key);
                }
            }

            if (end == 0) return;
        }
    }

    private async Task<S3File?> FirstMetadataAsync(string prefix)
    {
        try
        {
            return await FirstAsync(prefix, file => file.Key.Split('/') is [.., var folder, var name] && TableFormats.IsMetadata(folder, name));
        }
        catch (StoreUnavailableException)
        {
            // Whoever may list the input alone may still read it: what lies around it stays unknown.
            return null;
        }
    }

    // Among the first thousand, which is a page of a listing.
    private async Task<S3File?> FirstAsync(string prefix, Predicate<S3File> isWanted)
    {
        int seen = 0;
        await foreach (S3File file in files.ListAsync(_at.Bucket, prefix, CancellationToken.None))
        {
            if (isWanted(file)) return file;
            if (++seen == 1000) break;
        }

        return null;
    }

    // What a pattern reaches, and everything below a folder that it reaches.
    private static bool Matches(ReadOnlySpan<string> key, ReadOnlySpan<string> pattern)
    {
        if (pattern.IsEmpty) return true;
        if (key.IsEmpty) return false;
        if (pattern[0] == "**") return Matches(key, pattern[1..]) || Matches(key[1..], pattern);
        return FileSystemName.MatchesSimpleExpression(pattern[0], key[0], ignoreCase: false) && Matches(key[1..], pattern[1..]);
    }
}
