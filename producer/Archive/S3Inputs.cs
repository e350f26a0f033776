using System.Globalization;
using System.IO.Enumeration;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;

namespace Streaming.Producer.Archive;

/// <summary>
/// Turns <c>s3://bucket/...</c> into the Parquet objects there: an object, all below a prefix as below a folder, or a glob. Waits for S3 as
/// the disk is waited for.
/// </summary>
internal sealed class S3Inputs(AwsSettings aws, TimeProvider time)
{
    private S3Files? _files;

    /// <exception cref="UsageException">The address is wrong, or nothing is there.</exception>
    /// <exception cref="StoreUnavailableException">S3 cannot be reached, or refuses.</exception>
    public IReadOnlyList<InputFile> Expand(string input)
    {
        try
        {
            _files ??= new S3Files(new S3Client(aws, time));
            List<S3File> found = ExpandAsync(_files, input).GetAwaiter().GetResult();
            return found.Count > 0
                ? [.. found.Select(file => new InputFile(file.Address, InputFiles.PartitionsOf(file.Key), () => _files.Open(file)) { Version = string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes, {file.ETag}") })]
                : throw new UsageException($"No {InputFiles.Extension} object matches {input}. Give an object, a prefix or a glob.");
        }
        catch (InvalidAddressException problem)
        {
            throw new UsageException(problem.Message);
        }
    }

    private static async Task<List<S3File>> ExpandAsync(S3Files files, string input)
    {
        S3Address at = S3Address.Parse(input);
        string path = at.Prefix.TrimEnd('/');
        if (Glob.IsPattern(path))
        {
            // Up to the last slash before the pattern begins, a listing can be told what is wanted.
            string root = path[..(path.LastIndexOf('/', path.AsSpan().IndexOfAny('*', '?')) + 1)];
            string[] pattern = path.Split('/');
            return await ParquetAsync(files, at.Bucket, root, file => Matches(file.Key.Split('/'), pattern));
        }

        // One listing for both: an object of that name, or a folder of it.
        return InputFiles.IsParquet(path)
            ? await ParquetAsync(files, at.Bucket, path, file => file.Key == path || file.Key.StartsWith(at.Prefix, StringComparison.Ordinal))
            : await ParquetAsync(files, at.Bucket, at.Prefix, _ => true);
    }

    private static async Task<List<S3File>> ParquetAsync(S3Files files, string bucket, string prefix, Predicate<S3File> isWanted)
    {
        var found = new List<S3File>();
        await foreach (S3File file in files.ListAsync(bucket, prefix, CancellationToken.None))
        {
            // Names that begin with a dot or an underscore are other tools' leftovers, unless they were asked for.
            bool isLeftover = file.Key[prefix.Length..].Split('/').Any(name => name is ['.' or '_', ..]);
            if (InputFiles.IsParquet(file.Key) && !isLeftover && isWanted(file)) found.Add(file);
        }

        return found;
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
