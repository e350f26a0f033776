using System.Numerics;
using System.Runtime.InteropServices;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>Smallest and largest of some values, many at a time.</summary>
internal static class ValueRange
{
    /// <summary>Both NaN if any value is; of two zeros either.</summary>
    public static (T Smallest, T Largest) Of<T>(ReadOnlySpan<T> values)
        where T : struct, INumber<T>
    {
        T smallest = values[0];
        T largest = values[0];
        ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        if (vectors.Length > 0)
        {
            Vector<T> low = vectors[0];
            Vector<T> high = low;
            foreach (Vector<T> vector in vectors[1..])
            {
                // T.Min of NaN is NaN, and so is the vectors'.
                low = Vector.Min(low, vector);
                high = Vector.Max(high, vector);
            }

            for (int i = 0; i < Vector<T>.Count; i++)
            {
                smallest = T.Min(smallest, low[i]);
                largest = T.Max(largest, high[i]);
            }
        }

        foreach (T value in values[(vectors.Length * Vector<T>.Count)..])
        {
            smallest = T.Min(smallest, value);
            largest = T.Max(largest, value);
        }

        return (smallest, largest);
    }
}
