using Streaming.Shared.Parquet.Decoding;

namespace Streaming.Shared.Parquet;

/// <summary>A data page in the midst of being read.</summary>
internal sealed class DataPage(int rowCount, int? nullCount, LevelDecoder levels, ValueDecoder values)
{
    private LevelDecoder _levels = levels;
    private int _nulls;

    public int RowsLeft { get; private set; } = rowCount;

    public ValueDecoder Values { get; } = values;

    /// <summary>Says for the next rows whether they are null, and returns how many values to read for them.</summary>
    public int ReadLevels(Span<bool> isNull)
    {
        int present = _levels.Read(isNull);
        _nulls += isNull.Length - present;
        RowsLeft -= isNull.Length;
        return present;
    }

    /// <exception cref="InvalidDataException">The page's parts contradict each other.</exception>
    public void CheckEnd()
    {
        if (nullCount is { } stated && stated != _nulls)
            throw new InvalidDataException($"a page says that it has {stated} nulls, its definition levels say {_nulls}");
        Values.CheckEnd();
    }
}
