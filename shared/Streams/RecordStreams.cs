using System.Security.Cryptography;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Shared.Streams.Local;

namespace Streaming.Shared.Streams;

/// <summary>Turns the address that a user typed into a stream. Nothing is reached or created here.</summary>
public static class RecordStreams
{
    /// <param name="address">A folder, <c>./data/stream</c>, or a Kinesis stream, <c>kinesis://stock_stream</c>.</param>
    /// <param name="time">Gives arrival times and waits.</param>
    /// <param name="aws">For Kinesis; null for what the environment says.</param>
    /// <exception cref="UsageException">The address names no stream that this version can open.</exception>
    public static IManagedStream Open(string address, TimeProvider time, AwsSettings? aws = null)
    {
        if (address.StartsWith(KinesisStream.Scheme, StringComparison.OrdinalIgnoreCase))
            return new KinesisStream(address, aws ?? AwsSettings.FromEnvironment, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
        if (AddressScheme.Of(address) is { } scheme)
        {
            string problem = scheme switch
            {
                "kinesis" => $"Did you mean {AddressScheme.WithSlashes(address)}?",
                "s3" => "Streams are not kept in S3: s3:// is for a lake (--lake) or for input files.",
                _ => "Its scheme is not known.",
            };
            throw new UsageException($"{address} is not a stream address. {problem} Give a folder, for instance ./data/stream, or kinesis://name");
        }

        // Ids come from the operating system, since two processes with one seed must not draw the same one.
        return new LocalStream(address, time, () => new Guid(RandomNumberGenerator.GetBytes(16)));
    }
}
