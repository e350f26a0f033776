using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Streaming.Shared.Streams;

/// <summary>Kinesis' rule for a record's shard: MD5 of the partition key's UTF-8 bytes, read as an unsigned 128-bit big-endian number.</summary>
public static class HashKey
{
    public static UInt128 Of(ReadOnlySpan<byte> partitionKey)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The service defines the hash; nothing is protected by it.
        MD5.HashData(partitionKey, hash);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>The <paramref name="index"/>-th of <paramref name="count"/> equal ranges, as CreateStream cuts them: floor(2^128 / count) each.</summary>
    public static (UInt128 Start, UInt128 End) Range(int index, int count)
    {
        if (count == 1) return (UInt128.Zero, UInt128.MaxValue);
        var shards = (UInt128)count;
        // 2^128 itself does not fit: its quotient is that of 2^128 - 1, plus one where the division of the latter leaves count - 1.
        UInt128 size = (UInt128.MaxValue / shards) + (UInt128.MaxValue % shards == shards - 1 ? 1u : 0u);
        UInt128 start = size * (UInt128)index;
        return (start, index == count - 1 ? UInt128.MaxValue : start + size - 1);
    }
}
