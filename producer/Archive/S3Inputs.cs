using System.Globalization;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;

namespace Streaming.Producer.Archive;

/// <summary>
/// Turns <c>s3://bucket/...</c> into the history objects there: an object, all below a prefix as below a folder, or a glob. Waits for S3 as
/// the disk is waited for.
/// </summary>
internal sealed class S3Inputs(AwsSettings aws, TimeProvider time)
{
    private S3Files? _files;

    /// <exception cref="UsageException">The address is wrong, nothing is there, or it belongs to a table format.</exception>
    /// <exception cref="StoreUnavailableException">S3 cannot be reached, or refuses.</exception>
    public IReadOnlyList<InputFile> Expand(string input, LeftOutFiles leftOut)
    {
        try
        {
            S3Files files = _files ??= new S3Files(new S3Client(aws, time));
            List<S3File> found = new S3Search(files, input, leftOut).FindAsync().GetAwaiter().GetResult();
            return found.Count > 0
                ? [.. found.Select(file => new InputFile(file.Address, InputFiles.PartitionsOf(file.Key), () => files.Open(file)) { Version = string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes, {file.ETag}") })]
                : throw new UsageException($"No Parquet or CSV object matches {input}. Give an object, a prefix or a glob. {leftOut}".TrimEnd());
        }
        catch (UsageException problem)
        {
            throw new UsageException(problem.Message);
        }
    }
}
