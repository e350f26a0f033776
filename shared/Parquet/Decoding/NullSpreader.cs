namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// Pages hold their values without the nulls. They are decoded densely to the front of their rows and then moved to their places,
/// from the back, so that nothing is overwritten before it was moved.
/// </summary>
internal static class NullSpreader
{
    public static void Spread<T>(Span<T> rows, int values, ReadOnlySpan<bool> isNull)
    {
        if (values == rows.Length || values == 0) return;
        for (int row = rows.Length - 1; row >= values; row--)
        {
            if (isNull[row]) continue;
            rows[row] = rows[--values];
        }
    }

    /// <summary>The same for the ends of byte arrays; a null ends where the row before it does.</summary>
    public static void SpreadEnds(int[] ends, int first, int rows, int values, ReadOnlySpan<bool> isNull)
    {
        if (values == rows) return;
        int start = first == 0 ? 0 : ends[first - 1];
        for (int row = rows - 1; row >= 0; row--)
        {
            ends[first + row] = values == 0 ? start : ends[first + values - 1];
            if (!isNull[row]) values--;
        }
    }
}
