namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// Definition levels of a flat optional column, which are one bit each: 1 where there is a value. The levels of a required column
/// do not exist.
/// </summary>
internal struct LevelDecoder
{
    private readonly bool _isRequired;
    private readonly bool _isDeprecatedPacking;
    private RleBitPackedDecoder _runs;
    private PageBytes _bits;
    private int _bit;

    private LevelDecoder(bool isRequired, bool isDeprecatedPacking, RleBitPackedDecoder runs, PageBytes bits)
        => (_isRequired, _isDeprecatedPacking, _runs, _bits) = (isRequired, isDeprecatedPacking, runs, bits);

    public static LevelDecoder Required => new(true, false, default, default);

    public static LevelDecoder Hybrid(PageBytes levels) => new(false, false, new RleBitPackedDecoder(levels, width: 1), default);

    /// <summary>The deprecated encoding BIT_PACKED: no runs, and the highest bit of a byte comes first.</summary>
    public static LevelDecoder BitPacked(PageBytes levels) => new(false, true, default, levels);

    /// <summary>Says for each row whether it is null, and returns how many are not.</summary>
    public int Read(Span<bool> isNull)
    {
        if (_isRequired)
        {
            isNull.Clear();
            return isNull.Length;
        }

        return _isDeprecatedPacking ? ReadBits(isNull) : ReadRuns(isNull);
    }

    private int ReadRuns(Span<bool> isNull)
    {
        Span<int> levels = stackalloc int[256];
        int values = 0;
        while (!isNull.IsEmpty)
        {
            int count = _runs.NextRun(isNull.Length, out bool isRepeated, out int level);
            if (isRepeated)
            {
                if ((uint)level > 1) throw new InvalidDataException($"a page has a definition level of {level} in a flat column");
                isNull[..count].Fill(level == 0);
                values += level * count;
                _runs.SkipRepeated(count);
            }
            else
            {
                count = Math.Min(count, levels.Length);
                _runs.UnpackRun(levels[..count]);
                for (int i = 0; i < count; i++)
                {
                    values += levels[i];
                    isNull[i] = levels[i] == 0;
                }
            }

            isNull = isNull[count..];
        }

        return values;
    }

    private int ReadBits(Span<bool> isNull)
    {
        ReadOnlySpan<byte> bits = _bits.Rest;
        int values = 0;
        for (int i = 0; i < isNull.Length; i++, _bit++)
        {
            int level = (bits[_bit >> 3] >> (7 - (_bit & 7))) & 1;
            values += level;
            isNull[i] = level == 0;
        }

        return values;
    }
}
