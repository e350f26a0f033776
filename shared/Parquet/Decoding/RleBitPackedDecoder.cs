namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// The hybrid of run-length and bit packing: levels, dictionary indices, booleans. Delivers runs of any length in pieces, so that a
/// run that claims two billion values takes no memory.
/// </summary>
internal struct RleBitPackedDecoder
{
    private readonly int _width;
    private PageBytes _bytes;
    private PageBytes _packed;
    private long _packedBit;
    private long _left;
    private bool _isPacked;
    private int _repeated;

    public RleBitPackedDecoder(PageBytes bytes, int width)
    {
        if (width is < 0 or > 32) throw new InvalidDataException($"a page packs its values in {width} bits");
        _bytes = bytes;
        _width = width;
    }

    /// <summary>
    /// Opens the run at hand: how many values it still has, at most <paramref name="wanted"/>, and whether they are all the same.
    /// </summary>
    public int NextRun(int wanted, out bool isRepeated, out int value)
    {
        while (_left == 0) ReadRunHeader();
        isRepeated = !_isPacked;
        value = _repeated;
        return (int)Math.Min(_left, wanted);
    }

    /// <summary>Passes over values of a repeated run that <see cref="NextRun"/> has shown.</summary>
    public void SkipRepeated(int count) => _left -= count;

    /// <summary>Unpacks values of a packed run that <see cref="NextRun"/> has shown.</summary>
    public void UnpackRun(Span<int> into)
    {
        BitUnpacker.Unpack(_packed.Rest, _packedBit, _width, into);
        _packedBit += (long)into.Length * _width;
        _left -= into.Length;
    }

    public void Read(Span<int> into)
    {
        while (!into.IsEmpty)
        {
            int count = NextRun(into.Length, out bool isRepeated, out int value);
            if (isRepeated)
            {
                into[..count].Fill(value);
                SkipRepeated(count);
            }
            else
            {
                UnpackRun(into[..count]);
            }

            into = into[count..];
        }
    }

    private void ReadRunHeader()
    {
        ulong header = _bytes.TakeVarint();
        if (header > uint.MaxValue) throw new InvalidDataException("a page has a run of more than 2^31 values");
        _isPacked = (header & 1) != 0;
        _left = (long)(header >> 1);
        if (_isPacked)
        {
            // Some writers cut the padding off the last group; the values that are needed must be there all the same.
            long bytes = Math.Min(_left * _width, _bytes.Remaining);
            _left = _width == 0 ? _left * 8 : Math.Min(_left * 8, bytes * 8 / _width);
            _packed = _bytes.Split(bytes);
            _packedBit = 0;
            return;
        }

        ReadOnlySpan<byte> value = _bytes.Take((_width + 7) / 8);
        _repeated = 0;
        for (int i = 0; i < value.Length; i++) _repeated |= value[i] << (8 * i);
    }
}
