using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// CRC-32C (Castagnoli), eight bytes per processor instruction where there is one. That instruction waits for its predecessor's
/// result, but the processor can have three under way: so three pieces that lie one behind the other are summed side by side, and joined.
/// </summary>
internal static class Crc32C
{
    private const int LaneBytes = 512;
    private const int Lanes = 3;

    // A checksum is linear in its start value. So what LaneBytes zeros make of one is the sum of what they make of each of its bytes.
    private static readonly uint[] PastOneLane = [.. Enumerable.Range(0, sizeof(uint) * 256).Select(i => Serial((uint)(i & 0xFF) << (8 * (i >> 8)), new byte[LaneBytes]))];

    /// <summary>Continues from <paramref name="seed"/>, so that parts can be added one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Compute(uint seed, ReadOnlySpan<byte> bytes)
    {
        uint crc = seed;
        for (; BitConverter.IsLittleEndian && bytes.Length >= Lanes * LaneBytes; bytes = bytes[(Lanes * LaneBytes)..])
        {
            ReadOnlySpan<ulong> first = Lane(bytes, 0), second = Lane(bytes, 1), third = Lane(bytes, 2);
            uint fromSecond = 0, fromThird = 0;
            for (int i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
            {
                crc = BitOperations.Crc32C(crc, first[i]);
                fromSecond = BitOperations.Crc32C(fromSecond, second[i]);
                fromThird = BitOperations.Crc32C(fromThird, third[i]);
            }

            crc = SkipLane(SkipLane(crc) ^ fromSecond) ^ fromThird;
        }

        return Serial(crc, bytes);
    }

    private static ReadOnlySpan<ulong> Lane(ReadOnlySpan<byte> bytes, int lane) => MemoryMarshal.Cast<byte, ulong>(bytes.Slice(lane * LaneBytes, LaneBytes));

    private static uint SkipLane(uint crc)
        => PastOneLane[crc & 0xFF] ^ PastOneLane[256 + ((crc >> 8) & 0xFF)] ^ PastOneLane[512 + ((crc >> 16) & 0xFF)] ^ PastOneLane[768 + (crc >> 24)];

    private static uint Serial(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
