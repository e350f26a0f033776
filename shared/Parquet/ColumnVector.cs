namespace Streaming.Shared.Parquet;

/// <summary>
/// Values of one column, row by row, as a <c>ColumnReader</c> delivers them; reusable. Which array holds them depends on the
/// physical type: <see cref="Longs"/> for BOOLEAN (0 or 1), INT32, INT64 and INT96 (as UTC microseconds since 1970, rounded down),
/// <see cref="Doubles"/> for FLOAT and DOUBLE, <see cref="Bytes"/> for the byte arrays. At a null the value is unspecified.
/// </summary>
public sealed class ColumnVector(int capacity)
{
    private long[]? _longs;
    private double[]? _doubles;
    private int[]? _ends;

    /// <summary>Rows that fit.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Rows that are here now.</summary>
    public int Count { get; set; }

    /// <summary>True where the row has no value. Always written by the reader, for required columns too.</summary>
    public bool[] IsNull { get; } = new bool[capacity];

    /// <summary>One of the rows has no value.</summary>
    public bool HasNulls => IsNull.AsSpan(0, Count).Contains(true);

    public long[] Longs => _longs ??= new long[Capacity];

    public double[] Doubles => _doubles ??= new double[Capacity];

    /// <summary>All bytes of the byte-array values, one after the other; <see cref="ByteEnds"/> says where each row's end.</summary>
    public byte[] ByteData { get; set; } = [];

    /// <summary>End of each row's bytes in <see cref="ByteData"/>; a row begins where the one before ends.</summary>
    public int[] ByteEnds => _ends ??= new int[Capacity];

    public ReadOnlySpan<byte> Bytes(int row) => ByteData.AsSpan((row == 0 ? 0 : ByteEnds[row - 1])..ByteEnds[row]);
}
