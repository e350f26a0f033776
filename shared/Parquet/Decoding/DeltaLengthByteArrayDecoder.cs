namespace Streaming.Shared.Parquet.Decoding;

/// <summary>DELTA_LENGTH_BYTE_ARRAY: all lengths, delta-encoded, then all bytes.</summary>
internal sealed class DeltaLengthByteArrayDecoder : ValueDecoder
{
    private readonly LengthReader _lengths;
    private PageBytes _data;

    public DeltaLengthByteArrayDecoder(PageBytes bytes)
    {
        _lengths = new LengthReader(bytes);
        _data = _lengths.Behind;
    }

    public override void Read(ByteSink into, int count)
    {
        while (count > 0)
        {
            ReadOnlySpan<long> lengths = _lengths.Next(count);
            foreach (long length in lengths) into.Append(_data.Take(length));
            count -= lengths.Length;
        }
    }

    public override void CheckEnd()
    {
        if (_lengths.Left > 0) throw LeftOver($"{_lengths.Left} values");
        if (_data.Remaining > 0) throw LeftOver($"{_data.Remaining} bytes");
    }
}
