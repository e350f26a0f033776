using Streaming.Shared.Aws;
using Streaming.Shared.Objects.S3;

namespace Streaming.Shared.Objects;

/// <summary>From an address to its store.</summary>
public static class ObjectStores
{
    /// <summary>
    /// Opens a folder, or <c>s3://bucket/prefix</c>. Nothing is touched yet: <see cref="IObjectStore.CheckWritableAsync"/> shows whether
    /// it can be used. An S3 store's connections live as long as the process.
    /// </summary>
    /// <param name="aws">For S3; null takes all from AWS's own settings.</param>
    /// <exception cref="UsageException">The address is none that a store here answers to, or the AWS settings are wrong.</exception>
    public static IObjectStore Open(string address, TimeProvider time, AwsSettings? aws = null)
    {
        if (string.IsNullOrWhiteSpace(address) || address.Contains('\0', StringComparison.Ordinal))
            throw new UsageException("The store's address is empty or not a path. Give a folder, for instance ./data/lake.");
        if (S3Address.IsS3(address))
        {
            // Before the client, so that a wrong address is named and not a missing region.
            S3Address.Parse(address);
            return new S3ObjectStore(address, new S3Client(aws ?? AwsSettings.FromEnvironment, time));
        }

        if (AddressScheme.Of(address) is { } scheme)
        {
            string problem = scheme switch
            {
                "s3" => $"Did you mean {AddressScheme.WithSlashes(address)}?",
                "kinesis" => "kinesis:// is the address of a stream (--stream).",
                _ => "Its scheme is not known.",
            };
            throw new UsageException($"{address} is not the address of a store. {problem} Give a folder, for instance ./data/lake, or s3://bucket/prefix");
        }

        return new LocalObjectStore(address, time);
    }
}
