using System.Numerics;

namespace Streaming.Producer.Archive.Values;

/// <summary>What holds for all values of a column, found a vector at a time.</summary>
internal static class ValueRange
{
    /// <summary>All values lie from the one to the other; a NaN does not.</summary>
    public static bool Holds<T>(ReadOnlySpan<T> values, T min, T max)
        where T : struct, INumber<T>
    {
        (Vector<T> low, Vector<T> high) = (new Vector<T>(min), new Vector<T>(max));
        for (; values.Length >= Vector<T>.Count; values = values[Vector<T>.Count..])
        {
            var some = new Vector<T>(values);
            if (!Vector.GreaterThanOrEqualAll(some, low) || !Vector.LessThanOrEqualAll(some, high)) return false;
        }

        foreach (T value in values)
        {
            if (!(value >= min && value <= max)) return false;
        }

        return true;
    }

    /// <summary>The smallest value, of one at least.</summary>
    public static long Min(ReadOnlySpan<long> values)
    {
        long min = values[0];
        foreach (long value in values) min = Math.Min(min, value);
        return min;
    }

    /// <summary>No value is smaller than the one before it.</summary>
    public static bool Rises(ReadOnlySpan<long> values)
    {
        int row = 1;
        for (; row + Vector<long>.Count <= values.Length; row += Vector<long>.Count)
        {
            if (!Vector.GreaterThanOrEqualAll(new Vector<long>(values[row..]), new Vector<long>(values[(row - 1)..]))) return false;
        }

        for (; row < values.Length; row++)
        {
            if (values[row] < values[row - 1]) return false;
        }

        return true;
    }
}
