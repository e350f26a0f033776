using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on; as many streams as a value has bytes. How many
/// values there are follows from the page's size.
/// </summary>
internal sealed class ByteStreamSplitDecoder : ValueDecoder
{
    private const int BatchValues = 256;

    private readonly ParquetColumn _column;
    private readonly bool _isUnsigned;
    private readonly int _width;
    private readonly int _count;
    private readonly byte[] _batch;
    private readonly PageBytes _bytes;
    private int _next;

    public ByteStreamSplitDecoder(PageBytes bytes, ParquetColumn column, bool isUnsigned)
    {
        _width = column.Type switch
        {
            PhysicalType.Int32 or PhysicalType.Float => 4,
            PhysicalType.Int64 or PhysicalType.Double => 8,
            PhysicalType.FixedLengthByteArray => column.TypeLength,
            _ => throw new InvalidDataException($"encoding BYTE_STREAM_SPLIT does not serve {column.Type}"),
        };
        if (bytes.Remaining % _width != 0)
            throw new InvalidDataException($"a page splits {bytes.Remaining} bytes into {_width} streams");
        _column = column;
        _isUnsigned = isUnsigned;
        _bytes = bytes;
        _count = bytes.Remaining / _width;
        _batch = new byte[_width * Math.Min(_count, BatchValues)];
    }

    public override void Read(Span<long> into)
    {
        while (!into.IsEmpty)
        {
            ReadOnlySpan<byte> values = NextValues(into.Length);
            int count = values.Length / _width;
            if (_width == 8) MemoryMarshal.Cast<byte, long>(values).CopyTo(into);
            else if (_isUnsigned)
                for (int i = 0; i < count; i++) into[i] = BinaryPrimitives.ReadUInt32LittleEndian(values[(4 * i)..]);
            else
                for (int i = 0; i < count; i++) into[i] = BinaryPrimitives.ReadInt32LittleEndian(values[(4 * i)..]);
            into = into[count..];
        }
    }

    public override void Read(Span<double> into)
    {
        while (!into.IsEmpty)
        {
            ReadOnlySpan<byte> values = NextValues(into.Length);
            int count = values.Length / _width;
            if (_width == 8) MemoryMarshal.Cast<byte, double>(values).CopyTo(into);
            else
                for (int i = 0; i < count; i++) into[i] = BinaryPrimitives.ReadSingleLittleEndian(values[(4 * i)..]);
            into = into[count..];
        }
    }

    public override void Read(ByteSink into, int count)
    {
        while (count > 0)
        {
            ReadOnlySpan<byte> values = NextValues(count);
            for (int at = 0; at < values.Length; at += _width) into.Append(values.Slice(at, _width));
            count -= values.Length / _width;
        }
    }

    public override void CheckEnd()
    {
        if (_next < _count) throw LeftOver($"{_count - _next} values");
    }

    /// <summary>Puts the bytes of the next values together, at most a batch of them.</summary>
    private Span<byte> NextValues(int wanted)
    {
        int count = Math.Min(Math.Min(wanted, BatchValues), _count - _next);
        if (count == 0) throw new InvalidDataException($"a page has {_count} values, and its definition levels ask for more");
        ReadOnlySpan<byte> streams = _bytes.Rest;
        Span<byte> batch = _batch.AsSpan(0, count * _width);
        for (int stream = 0; stream < _width; stream++)
        {
            ReadOnlySpan<byte> from = streams.Slice((stream * _count) + _next, count);
            for (int i = 0; i < from.Length; i++) batch[(i * _width) + stream] = from[i];
        }

        _next += count;
        return batch;
    }
}
