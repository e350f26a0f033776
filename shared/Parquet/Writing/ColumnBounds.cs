using System.Buffers.Binary;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// Smallest and largest value of a column chunk in the form that its statistics have, collected page by page; reused for every chunk.
/// There are none if there is no value, or if they would mislead a reader.
/// </summary>
internal sealed class ColumnBounds : IDisposable
{
    // Longer texts are no help to a reader that skips row groups, and swell the footer.
    private const int LongestText = 64;

    private readonly PooledBuffer _smallestText = new();
    private readonly PooledBuffer _largestText = new();
    private readonly byte[] _min = new byte[8];
    private readonly byte[] _max = new byte[8];
    private bool _any;
    private long _smallestLong;
    private long _largestLong;
    private double _smallestDouble;
    private double _largestDouble;

    public void Clear() => _any = false;

    public void Include(ReadOnlySpan<long> values)
    {
        if (values.IsEmpty) return;
        (long smallest, long largest) = ValueRange.Of(values);
        _smallestLong = _any ? Math.Min(_smallestLong, smallest) : smallest;
        _largestLong = _any ? Math.Max(_largestLong, largest) : largest;
        _any = true;
    }

    public void Include(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return;
        (double smallest, double largest) = ValueRange.Of(values);
        // NaN wins over all numbers here, as in the range, and says that there are no bounds.
        _smallestDouble = _any ? Math.Min(_smallestDouble, smallest) : smallest;
        _largestDouble = _any ? Math.Max(_largestDouble, largest) : largest;
        _any = true;
    }

    /// <param name="text">UTF-8; its bytes' order is the order of the text.</param>
    public void Include(ReadOnlySpan<byte> text)
    {
        if (!_any || text.SequenceCompareTo(_smallestText.Written) < 0) Set(_smallestText, text);
        if (!_any || text.SequenceCompareTo(_largestText.Written) > 0) Set(_largestText, text);
        _any = true;
    }

    /// <summary>The bounds as PLAIN values, without a length for texts. They are valid until the next call.</summary>
    public bool TryEncode(PhysicalType type, out ReadOnlySpan<byte> min, out ReadOnlySpan<byte> max)
    {
        min = max = default;
        if (!_any) return false;
        if (type == PhysicalType.ByteArray)
        {
            min = _smallestText.Written;
            max = _largestText.Written;
            return Math.Max(min.Length, max.Length) <= LongestText;
        }

        if (type == PhysicalType.Double)
        {
            // The format leaves NaN out of the bounds, but engines that sort NaN above all numbers would then skip rows that match.
            if (double.IsNaN(_smallestDouble)) return false;
            // Both zeros are equal, so that a reader must find either of them within the bounds.
            BinaryPrimitives.WriteDoubleLittleEndian(_min, _smallestDouble == 0 ? -0.0 : _smallestDouble);
            BinaryPrimitives.WriteDoubleLittleEndian(_max, _largestDouble == 0 ? 0.0 : _largestDouble);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(_min, _smallestLong);
            BinaryPrimitives.WriteInt64LittleEndian(_max, _largestLong);
        }

        // The narrower integers are the lower bytes of the wide one.
        int width = PlainEncoder.BoundWidth(type);
        min = _min.AsSpan(0, width);
        max = _max.AsSpan(0, width);
        return true;
    }

    public void Dispose()
    {
        _smallestText.Dispose();
        _largestText.Dispose();
    }

    private static void Set(PooledBuffer bound, ReadOnlySpan<byte> text)
    {
        bound.Truncate(0);
        bound.Append(text);
    }
}
