using System.Text.RegularExpressions;

namespace Streaming.Shared.Objects.S3;

/// <summary><c>s3://bucket/prefix</c>, taken apart.</summary>
/// <param name="Prefix">Stands before every key: empty, or a path that ends with a slash.</param>
public sealed partial record S3Address(string Bucket, string Prefix)
{
    public const string Scheme = "s3://";

    /// <exception cref="UsageException">It is no such address.</exception>
    public static S3Address Parse(string address)
    {
        string path = IsS3(address) ? address[Scheme.Length..] : "";
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? path : path[..slash];
        string prefix = slash < 0 ? "" : path[(slash + 1)..].TrimEnd('/');
        if (!BucketName().IsMatch(bucket))
            throw new UsageException($"{address}: no bucket's name (3 to 63 of a-z, 0-9, '.' and '-'). Give s3://bucket or s3://bucket/prefix.");
        try
        {
            if (prefix.Length > 0) ObjectKey.Check(prefix);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"{address}: {problem.Message}");
        }

        return new S3Address(bucket, prefix.Length > 0 ? prefix + "/" : "");
    }

    public static bool IsS3(string address) => address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BucketName();
}
