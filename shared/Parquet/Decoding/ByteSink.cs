using System.Runtime.CompilerServices;

namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// Appends byte-array values to a <see cref="ColumnVector"/>. A dictionary or a chain of prefixes can say a long value often in few
/// bytes, so the bytes of one vector are limited.
/// </summary>
internal sealed class ByteSink(long maxBytes)
{
    private const int SmallestBuffer = 4096;

    private ColumnVector _vector = new(0);
    private byte[] _data = [];
    private int[] _ends = [];
    private int _row;
    private int _length;

    /// <summary>Values go to <paramref name="vector"/> from that row on.</summary>
    public void Begin(ColumnVector vector, int row)
    {
        _vector = vector;
        _data = vector.ByteData;
        _ends = vector.ByteEnds;
        _row = row;
        _length = row == 0 ? 0 : _ends[row - 1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> value)
    {
        int end = _length + value.Length;
        if ((uint)end > (uint)_data.Length) Grow(value.Length);
        value.CopyTo(_data.AsSpan(_length));
        _ends[_row++] = _length = end;
    }

    private void Grow(int added)
    {
        long needed = (long)_length + added;
        if (needed > maxBytes)
            throw new InvalidDataException($"the values of one batch of rows take more than {maxBytes} bytes, in a file far smaller");
        long larger = Math.Min(Math.Max(Math.Max(needed, 2L * _data.Length), SmallestBuffer), Array.MaxLength);
        Array.Resize(ref _data, (int)larger);
        _vector.ByteData = _data;
    }
}
