namespace Streaming.Shared.Parquet.Compression;

/// <summary>CRC-32 as GZIP has it (polynomial 0x04C11DB7, reflected), four bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        (uint[] t0, uint[] t1, uint[] t2, uint[] t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        uint crc = uint.MaxValue;
        while (bytes.Length >= 4)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = t3[crc & 0xFF] ^ t2[(crc >> 8) & 0xFF] ^ t1[(crc >> 16) & 0xFF] ^ t0[crc >> 24];
            bytes = bytes[4..];
        }

        foreach (byte next in bytes) crc = (crc >> 8) ^ t0[(crc ^ next) & 0xFF];
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        uint[][] tables = [new uint[256], new uint[256], new uint[256], new uint[256]];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            tables[0][i] = crc;
        }

        for (int table = 1; table < 4; table++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = tables[table - 1][i];
                tables[table][i] = (before >> 8) ^ tables[0][before & 0xFF];
            }
        }

        return tables;
    }
}
