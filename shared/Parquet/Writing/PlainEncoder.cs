using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>Values without nulls in the PLAIN encoding. Source: Encodings.md of parquet-format.</summary>
internal static class PlainEncoder
{
    /// <summary>Bytes of a bound in the statistics; a boolean takes a whole one.</summary>
    public static int BoundWidth(PhysicalType type) => type switch
    {
        PhysicalType.Boolean => 1,
        PhysicalType.Int32 => 4,
        _ => 8,
    };

    public static void Append(PooledBuffer output, ReadOnlySpan<double> values)
        => Append(output, MemoryMarshal.Cast<double, long>(values));

    /// <exception cref="OverflowException">A value does not fit the column's type.</exception>
    public static void Append(PooledBuffer output, ReadOnlySpan<long> values, PhysicalType type)
    {
        switch (type)
        {
            case PhysicalType.Boolean:
                AppendBits(output, values);
                break;
            case PhysicalType.Int32:
                Span<int> narrow = MemoryMarshal.Cast<byte, int>(output.Reserve(values.Length * sizeof(int)));
                for (int i = 0; i < values.Length; i++) narrow[i] = LittleEndian(checked((int)values[i]));
                break;
            default:
                Append(output, values);
                break;
        }
    }

    /// <summary>A text as its length and its UTF-8 bytes; returns the bytes. Half a surrogate pair becomes U+FFFD.</summary>
    public static ReadOnlySpan<byte> Append(PooledBuffer output, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Span<byte> space = output.Reserve(sizeof(int) + length);
        BinaryPrimitives.WriteInt32LittleEndian(space, length);
        Encoding.UTF8.GetBytes(text, space[sizeof(int)..]);
        return space[sizeof(int)..];
    }

    private static void Append(PooledBuffer output, ReadOnlySpan<long> values)
    {
        Span<byte> space = output.Reserve(values.Length * sizeof(long));
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(values).CopyTo(space);
        else BinaryPrimitives.ReverseEndianness(values, MemoryMarshal.Cast<byte, long>(space));
    }

    private static void AppendBits(PooledBuffer output, ReadOnlySpan<long> values)
    {
        Span<byte> bits = output.Reserve((values.Length + 7) / 8);
        bits.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            if ((ulong)values[i] > 1) throw new OverflowException($"A boolean is 0 or 1, not {values[i]}.");
            bits[i / 8] |= (byte)((int)values[i] << (i % 8));
        }
    }

    private static int LittleEndian(int value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}
