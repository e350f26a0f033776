using System.Buffers.Binary;

namespace Streaming.Shared.Parquet.Decoding;

/// <summary>A cursor over a part of a decompressed page. Taking more than is there is an <see cref="InvalidDataException"/>.</summary>
internal struct PageBytes(byte[] bytes, int offset, int length)
{
    private readonly int _end = offset + length;
    private int _position = offset;

    public readonly int Remaining => _end - _position;

    public readonly ReadOnlySpan<byte> Rest => bytes.AsSpan(_position.._end);

    public ReadOnlySpan<byte> Take(long count)
    {
        Check(count);
        ReadOnlySpan<byte> taken = bytes.AsSpan(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    /// <summary>The next bytes as a cursor of their own.</summary>
    public PageBytes Split(long count)
    {
        Check(count);
        PageBytes part = new(bytes, _position, (int)count);
        _position += (int)count;
        return part;
    }

    public byte TakeByte() => Take(1)[0];

    public int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>An unsigned LEB128 number of at most 64 bits.</summary>
    public ulong TakeVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = TakeByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a page has an integer of more than ten bytes");
    }

    public long TakeZigZag()
    {
        ulong value = TakeVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private readonly void Check(long count)
    {
        if ((ulong)count > (ulong)Remaining)
            throw new InvalidDataException($"a page ends too early: {Remaining} bytes are left where {count} are needed");
    }
}
