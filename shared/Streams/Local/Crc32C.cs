using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Streaming.Shared.Streams.Local;

/// <summary>CRC-32C (Castagnoli), eight bytes per processor instruction where there is one.</summary>
internal static class Crc32C
{
    /// <summary>Continues from <paramref name="seed"/>, so that parts can be added one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Compute(uint seed, ReadOnlySpan<byte> bytes)
    {
        uint crc = seed;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
