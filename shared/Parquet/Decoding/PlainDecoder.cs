using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Streaming.Shared.Parquet.Decoding;

/// <summary>PLAIN: values as they are, little-endian; byte arrays after their length in four bytes; booleans one bit each.</summary>
internal sealed class PlainDecoder(PageBytes bytes, ParquetColumn column, bool isUnsigned) : ValueDecoder
{
    private PageBytes _bytes = bytes;
    private int _bit;

    public override void Read(Span<long> into)
    {
        switch (column.Type)
        {
            case PhysicalType.Int64:
                MemoryMarshal.Cast<byte, long>(_bytes.Take(8L * into.Length)).CopyTo(into);
                break;
            case PhysicalType.Int32:
                ReadInt32(into);
                break;
            case PhysicalType.Int96:
                ReadOnlySpan<byte> times = _bytes.Take(12L * into.Length);
                for (int i = 0; i < into.Length; i++) into[i] = Int96.ToUnixMicros(times.Slice(12 * i, 12));
                break;
            case PhysicalType.Boolean:
                ReadBits(into);
                break;
            default:
                base.Read(into);
                break;
        }
    }

    public override void Read(Span<double> into)
    {
        if (column.Type == PhysicalType.Double)
        {
            MemoryMarshal.Cast<byte, double>(_bytes.Take(8L * into.Length)).CopyTo(into);
            return;
        }

        ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(_bytes.Take(4L * into.Length));
        for (int i = 0; i < into.Length; i++) into[i] = floats[i];
    }

    public override void Read(ByteSink into, int count)
    {
        if (column.Type == PhysicalType.FixedLengthByteArray)
        {
            for (int i = 0; i < count; i++) into.Append(_bytes.Take(column.TypeLength));
            return;
        }

        for (int i = 0; i < count; i++) into.Append(_bytes.Take(_bytes.TakeInt32()));
    }

    public override void CheckEnd()
    {
        int left = column.Type == PhysicalType.Boolean ? _bytes.Remaining - ((_bit + 7) / 8) : _bytes.Remaining;
        if (left > 0) throw LeftOver($"{left} bytes");
    }

    private void ReadInt32(Span<long> into)
    {
        if (isUnsigned)
        {
            ReadOnlySpan<uint> unsigned = MemoryMarshal.Cast<byte, uint>(_bytes.Take(4L * into.Length));
            for (int i = 0; i < into.Length; i++) into[i] = unsigned[i];
            return;
        }

        ReadOnlySpan<int> signed = MemoryMarshal.Cast<byte, int>(_bytes.Take(4L * into.Length));
        for (int i = 0; i < into.Length; i++) into[i] = signed[i];
    }

    private void ReadBits(Span<long> into)
    {
        ReadOnlySpan<byte> bits = _bytes.Rest;
        if ((long)_bit + into.Length > 8L * bits.Length) throw new InvalidDataException("a page ends before its last boolean");
        for (int i = 0; i < into.Length; i++, _bit++) into[i] = (bits[_bit >> 3] >> (_bit & 7)) & 1;
    }
}

/// <summary>INT96, the deprecated timestamp: nanoseconds of the day in eight bytes, then the Julian day in four.</summary>
internal static class Int96
{
    /// <summary>1970-01-01 as a Julian day.</summary>
    private const long UnixEpochJulianDay = 2_440_588;

    private const long MicrosPerDay = 86_400_000_000;

    /// <summary>Days that can be multiplied and still leave room for any time of day.</summary>
    private const long MaxDays = 100_000_000;

    /// <summary>UTC microseconds since 1970, rounded down; a day beyond them gives the nearest end of the range.</summary>
    public static long ToUnixMicros(ReadOnlySpan<byte> value)
    {
        long nanos = BinaryPrimitives.ReadInt64LittleEndian(value);
        long days = BinaryPrimitives.ReadInt32LittleEndian(value[8..]) - UnixEpochJulianDay;
        if (days > MaxDays) return long.MaxValue;
        if (days < -MaxDays) return long.MinValue;
        return (days * MicrosPerDay) + (nanos >= 0 ? nanos / 1000 : ((nanos + 1) / 1000) - 1);
    }
}
