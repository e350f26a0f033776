namespace Streaming.Shared.Parquet.Decoding;

/// <summary>RLE_DICTIONARY and, the same in older files, PLAIN_DICTIONARY: indices into the chunk's dictionary.</summary>
internal sealed class DictionaryDecoder(PageBytes bytes, ColumnDictionary dictionary) : ValueDecoder
{
    private int[]? _indices;
    private PageBytes _bytes = bytes;
    private RleBitPackedDecoder _runs;
    private bool _isOpen;

    public ColumnDictionary Dictionary => dictionary;

    public override void Read(Span<long> into) => Gather(dictionary.Longs, into);

    public override void Read(Span<double> into) => Gather(dictionary.Doubles, into);

    public override void Read(ByteSink into, int count)
    {
        while (count > 0)
        {
            ReadOnlySpan<int> indices = NextIndices(count);
            foreach (int index in indices) into.Append(dictionary.Bytes(Check(index, dictionary.Count)));
            count -= indices.Length;
        }
    }

    /// <summary>The indices alone, each of which the dictionary has.</summary>
    public void ReadCodes(Span<int> into)
    {
        if (into.IsEmpty) return;
        Open();
        _runs.Read(into);
        foreach (int code in into)
        {
            if ((uint)code >= (uint)dictionary.Count) Check(code, dictionary.Count);
        }
    }

    private void Gather<T>(T[] entries, Span<T> into)
    {
        while (!into.IsEmpty)
        {
            Open();
            int count = _runs.NextRun(into.Length, out bool isRepeated, out int value);
            if (isRepeated)
            {
                into[..count].Fill(entries[Check(value, entries.Length)]);
                _runs.SkipRepeated(count);
                into = into[count..];
                continue;
            }

            ReadOnlySpan<int> indices = NextIndices(into.Length);
            for (int i = 0; i < indices.Length; i++)
            {
                int index = indices[i];
                if ((uint)index >= (uint)entries.Length) Check(index, entries.Length);
                into[i] = entries[index];
            }

            into = into[indices.Length..];
        }
    }

    private ReadOnlySpan<int> NextIndices(int wanted)
    {
        Open();
        _indices ??= new int[1024];
        Span<int> indices = _indices.AsSpan(0, Math.Min(wanted, _indices.Length));
        _runs.Read(indices);
        return indices;
    }

    /// <summary>The width of the indices is read with the first value: a page of nothing but nulls may lack it.</summary>
    private void Open()
    {
        if (_isOpen) return;
        _isOpen = true;
        int width = _bytes.TakeByte();
        _runs = new RleBitPackedDecoder(_bytes, width);
    }

    private static int Check(int index, int count)
        => (uint)index < (uint)count
            ? index
            : throw new InvalidDataException($"a page refers to entry {(uint)index} of a dictionary of {count}");
}
