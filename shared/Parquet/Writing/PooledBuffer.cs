using System.Buffers;
using System.Buffers.Binary;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>Bytes that grow at the end, in an array of the shared pool: a file of a few hundred rows makes no garbage for its pages.</summary>
internal sealed class PooledBuffer : IDisposable
{
    private const int SmallestArray = 4096;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Room for <paramref name="count"/> more bytes, which count as written; their content is whatever stood there.</summary>
    public Span<byte> Reserve(int count)
    {
        int start = Length;
        if (_bytes.Length - start < count) Grow(checked(start + count));
        Length = start + count;
        return _bytes.AsSpan(start, count);
    }

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Append(byte value)
    {
        if (Length < _bytes.Length) _bytes[Length++] = value;
        else Reserve(1)[0] = value;
    }

    /// <summary>Unsigned LEB128, as Thrift and the run-length encoding have it.</summary>
    public void AppendVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Append((byte)(value | 0x80));
        Append((byte)value);
    }

    /// <summary>Puts a little-endian number over four bytes that were written before it was known.</summary>
    public void Patch(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(offset), value);

    /// <summary>Keeps the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = length;

    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(Math.Max((long)needed, SmallestArray), _bytes.Length * 2L)));
        Written.CopyTo(larger);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
