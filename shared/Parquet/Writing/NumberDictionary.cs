using System.Buffers;
using System.Numerics;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// The distinct numbers of a column chunk and each value's index among them, where that pays: few distinct values. By their bits, so
/// that NaN and both zeros stay what they are. Reused for every chunk.
/// </summary>
internal sealed class NumberDictionary : IDisposable
{
    // For fewer values, the second page's header and its place in the footer take more than is saved.
    private const int FewestValues = 32;

    // Of values that repeat less than this among the first of them it is not tried further.
    private const int MostAhead = 80;

    // A dictionary of more bytes than a page would have to be held whole by every reader.
    private const int MostDistinct = ParquetWriter.PageBytes / sizeof(long);

    private const ulong HashFactor = 0x9E3779B97F4A7C15;

    private long[] _distinct = [];
    private int[] _indices = [];

    // Places of the distinct values, plus one, found by hash; 0 is free. A power of two, twice as many as values or more.
    private int[] _places = [];
    private int _count;
    private int _rows;

    /// <summary>Index of every value.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, _rows);

    public ReadOnlySpan<long> Distinct => _distinct.AsSpan(0, _count);

    /// <summary>Builds it and true, or false as soon as it turns out not to pay: over half of the values distinct, or too large.</summary>
    /// <param name="values">Without nulls; doubles as their bits.</param>
    public bool TryBuild(ReadOnlySpan<long> values)
    {
        if (values.Length < FewestValues) return false;
        int most = Math.Min(values.Length / 2, MostDistinct);
        Reset(values.Length, most);
        Span<int> places = _places.AsSpan(0, (int)BitOperations.RoundUpToPowerOf2((uint)most * 2));
        Array.Clear(_places, 0, places.Length);
        int shift = 64 - BitOperations.TrailingZeroCount(places.Length);
        for (int i = 0; i < values.Length; i++)
        {
            long value = values[i];
            int place = (int)(((ulong)value * HashFactor) >> shift);
            while (places[place] != 0 && _distinct[places[place] - 1] != value) place = (place + 1) & (places.Length - 1);
            if (places[place] == 0)
            {
                if (_count == most || (_count * 2) - i > MostAhead) return false;
                _distinct[_count++] = value;
                places[place] = _count;
            }

            _indices[i] = places[place] - 1;
        }

        _rows = values.Length;
        return true;
    }

    public void Dispose()
    {
        Return(ref _distinct);
        Return(ref _indices);
        Return(ref _places);
    }

    private void Reset(int values, int most)
    {
        (_count, _rows) = (0, 0);
        Ensure(ref _distinct, most);
        Ensure(ref _indices, values);
        Ensure(ref _places, (int)BitOperations.RoundUpToPowerOf2((uint)most * 2));
    }

    private static void Ensure<T>(ref T[] array, int length)
    {
        if (array.Length >= length) return;
        Return(ref array);
        array = ArrayPool<T>.Shared.Rent(length);
    }

    private static void Return<T>(ref T[] array)
    {
        if (array.Length > 0) ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}
