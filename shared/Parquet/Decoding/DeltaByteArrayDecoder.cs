namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// DELTA_BYTE_ARRAY: how many bytes each value shares with the one before, delta-encoded; then what follows them, as
/// DELTA_LENGTH_BYTE_ARRAY. Serves fixed-length byte arrays too.
/// </summary>
internal sealed class DeltaByteArrayDecoder : ValueDecoder
{
    private readonly LengthReader _prefixes;
    private readonly LengthReader _suffixes;
    private readonly ParquetColumn _column;
    private readonly long _maxValueBytes;
    private PageBytes _data;
    private byte[] _last = [];
    private int _lastLength;

    public DeltaByteArrayDecoder(PageBytes bytes, ParquetColumn column)
    {
        _column = column;

        // A value is pieced together from suffixes, all of which stand in this page.
        _maxValueBytes = bytes.Remaining;
        _prefixes = new LengthReader(bytes);
        _suffixes = new LengthReader(_prefixes.Behind);
        _data = _suffixes.Behind;
    }

    public override void Read(ByteSink into, int count)
    {
        while (count > 0)
        {
            ReadOnlySpan<long> prefixes = _prefixes.Next(count);
            ReadOnlySpan<long> suffixes = _suffixes.Next(prefixes.Length);
            for (int i = 0; i < prefixes.Length; i++) Append(into, prefixes[i], suffixes[i]);
            count -= prefixes.Length;
        }
    }

    public override void CheckEnd()
    {
        if (_prefixes.Left > 0) throw LeftOver($"{_prefixes.Left} values");
        if (_suffixes.Left > 0) throw LeftOver($"{_suffixes.Left} suffixes");
        if (_data.Remaining > 0) throw LeftOver($"{_data.Remaining} bytes");
    }

    private void Append(ByteSink into, long prefix, long suffixLength)
    {
        if (prefix > _lastLength) throw new InvalidDataException($"a text shares {prefix} bytes with one of {_lastLength}");
        ReadOnlySpan<byte> suffix = _data.Take(suffixLength);
        int length = (int)prefix + suffix.Length;
        if (_column.Type == PhysicalType.FixedLengthByteArray && length != _column.TypeLength)
            throw new InvalidDataException($"a value of {length} bytes in a column of {_column.TypeLength}");

        if (length > _last.Length)
            Array.Resize(ref _last, (int)Math.Min(Math.Max(2L * length, 64), Math.Max(_maxValueBytes, length)));
        suffix.CopyTo(_last.AsSpan((int)prefix));
        _lastLength = length;
        into.Append(_last.AsSpan(0, length));
    }
}
