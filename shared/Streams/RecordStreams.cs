using System.Security.Cryptography;
using Streaming.Shared.Streams.Local;

namespace Streaming.Shared.Streams;

/// <summary>Turns the address that a user typed into a stream. Nothing is reached or created here.</summary>
public static class RecordStreams
{
    /// <param name="address">A folder: <c>./data/stream</c>. (<c>kinesis://name</c> is the address of a Kinesis stream.)</param>
    /// <param name="time">Gives arrival times and waits.</param>
    /// <exception cref="InvalidAddressException">The address names no stream that this version can open.</exception>
    public static IRecordStream Open(string address, TimeProvider time)
    {
        if (address.StartsWith("kinesis://", StringComparison.OrdinalIgnoreCase))
            throw new InvalidAddressException($"{address}: Kinesis streams are not supported by this version. Give a folder, for instance ./data/stream");
        if (address.Contains("://", StringComparison.Ordinal))
            throw new InvalidAddressException($"{address} is not a stream address. Give a folder, for instance ./data/stream");
        // Ids come from the operating system, since two processes with one seed must not draw the same one.
        return new LocalStream(address, time, () => new Guid(RandomNumberGenerator.GetBytes(16)));
    }
}
