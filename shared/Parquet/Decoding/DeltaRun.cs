namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// A sequence of integers as DELTA_BINARY_PACKED writes it: the first value, then blocks of differences, each block with its smallest
/// difference and, for each of its miniblocks, the bits that what exceeds it takes. Decoded into the caller's span, so that a block
/// size or a count that lies takes no memory.
/// </summary>
internal struct DeltaRun
{
    private readonly long _miniblockCount;
    private readonly long _miniblockValues;
    private readonly ulong _count;
    private PageBytes _bytes;
    private PageBytes _widths;
    private PageBytes _packed;
    private ulong _left;
    private long _value;
    private bool _isFirst = true;
    private long _minDelta;
    private int _width;
    private long _bit;
    private long _leftInMiniblock;

    public DeltaRun(PageBytes bytes)
    {
        _bytes = bytes;
        ulong blockValues = _bytes.TakeVarint();
        ulong miniblocks = _bytes.TakeVarint();
        _left = _count = _bytes.TakeVarint();
        _value = _bytes.TakeZigZag();
        if (blockValues is 0 or > int.MaxValue || miniblocks == 0 || blockValues % miniblocks != 0 || blockValues / miniblocks % 8 != 0)
            throw new InvalidDataException($"a page has delta blocks of {blockValues} values in {miniblocks} parts");
        _miniblockCount = (long)miniblocks;
        _miniblockValues = (long)(blockValues / miniblocks);
    }

    /// <summary>Values that were not read yet.</summary>
    public readonly ulong Left => _left;

    public void Read(Span<long> into)
    {
        if ((ulong)into.Length > _left)
            throw new InvalidDataException($"a page has {_count} delta-encoded values, and its definition levels ask for more");
        _left -= (ulong)into.Length;
        if (_isFirst && !into.IsEmpty)
        {
            _isFirst = false;
            into[0] = _value;
            into = into[1..];
        }

        while (!into.IsEmpty)
        {
            if (_leftInMiniblock == 0) OpenMiniblock();
            Span<long> part = into[..(int)Math.Min(_leftInMiniblock, into.Length)];
            ReadPart(part);
            into = into[part.Length..];
        }
    }

    /// <summary>
    /// What stands behind the whole sequence. Walks over the blocks of a copy by their headers alone, reading no value.
    /// </summary>
    public readonly PageBytes Behind()
    {
        DeltaRun walk = this;

        // The first value stands in the header; the last block has all its miniblocks' widths, but only the bytes of those in use.
        for (ulong differences = _count == 0 ? 0 : _count - 1; differences > 0;)
        {
            walk.OpenMiniblock();
            differences -= Math.Min(differences, (ulong)_miniblockValues);
        }

        return walk._bytes;
    }

    private void ReadPart(Span<long> into)
    {
        if (_width == 0)
        {
            for (int i = 0; i < into.Length; i++) into[i] = _value += _minDelta;
        }
        else
        {
            if (_bit + ((long)into.Length * _width) > 8L * _packed.Remaining)
                throw new InvalidDataException("a page ends inside its delta-encoded values");
            BitUnpacker.Unpack(_packed.Rest, _bit, _width, into);
            long value = _value;
            for (int i = 0; i < into.Length; i++) into[i] = value += _minDelta + into[i];
            _value = value;
        }

        _bit += (long)into.Length * _width;
        _leftInMiniblock -= into.Length;
    }

    private void OpenMiniblock()
    {
        if (_widths.Remaining == 0)
        {
            _minDelta = _bytes.TakeZigZag();
            _widths = _bytes.Split(_miniblockCount);
        }

        _width = _widths.TakeByte();
        if (_width > 64) throw new InvalidDataException($"a page packs its differences in {_width} bits");

        // Some writers leave the padding of the last miniblock out.
        _packed = _bytes.Split(Math.Min(_miniblockValues * _width / 8, _bytes.Remaining));
        _bit = 0;
        _leftInMiniblock = _miniblockValues;
    }
}
