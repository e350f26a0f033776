using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Streaming.Producer.Archive.Values;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>
/// Usable rows of one row group, column by column and in file order; refilled by its reader. A merge reads only the columns that a file
/// has: those that it lacks are one array for all, which stays in the cache.
/// </summary>
internal sealed class RowBatch
{
    /// <summary>Few enough that thousands of files can be open in one merge, many enough that a column's set-up does not count.</summary>
    public const int Capacity = 512;

    private static readonly int[] NoDays = Filled(TradeDate.None);
    private static readonly double[] NoNumbers = Filled(double.NaN);

    private string[]? _tickers;
    private int[]? _days;
    private double[]? _open;
    private double[]? _high;
    private double[]? _low;
    private double[]? _volume;
    private string? _onlyTicker;

    /// <summary>Rows that are here now.</summary>
    public int Count { get; set; }

    /// <summary>Event time.</summary>
    public long[] Micros { get; } = new long[Capacity];

    /// <summary>Trade dates as days since 1970, or <see cref="TradeDate.None"/>. This column and the next are not to be written where the file lacks it.</summary>
    public int[] Days { get; private set; } = NoDays;

    public double[] Open { get; private set; } = NoNumbers;

    public double[] High { get; private set; } = NoNumbers;

    public double[] Low { get; private set; } = NoNumbers;

    public double[] Close { get; } = new double[Capacity];

    public double[] Volume { get; private set; } = NoNumbers;

    /// <summary>To be called before the first rows of a row group.</summary>
    public void Begin(TickColumns columns)
    {
        Days = columns.Times.HasDates ? _days ??= new int[Capacity] : NoDays;
        Open = columns.Open is null ? NoNumbers : _open ??= new double[Capacity];
        High = columns.High is null ? NoNumbers : _high ??= new double[Capacity];
        Low = columns.Low is null ? NoNumbers : _low ??= new double[Capacity];
        Volume = columns.Volume is null ? NoNumbers : _volume ??= new double[Capacity];
        Count = 0;
    }

    /// <summary>All rows are of this ticker.</summary>
    public void SetTicker(string name) => _onlyTicker = name;

    /// <summary>The tickers of the rows, which are to be written now.</summary>
    public string[] SetTickers()
    {
        _onlyTicker = null;
        return _tickers ??= new string[Capacity];
    }

    public string TickerOf(int row) => _onlyTicker ?? _tickers![row];

    /// <summary>Drops all rows but these, which rise.</summary>
    public void Keep(ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] == i) continue;
            if (_onlyTicker is null) _tickers![i] = _tickers[rows[i]];
            CopyNumbers(this, rows[i], i);
        }

        Count = rows.Length;
    }

    /// <summary>Copies a row of a batch that has the same columns, after <see cref="SetTickers"/>.</summary>
    public void Copy(RowBatch from, int row, int to)
    {
        _tickers![to] = from.TickerOf(row);
        CopyNumbers(from, row, to);
    }

    private void CopyNumbers(RowBatch from, int row, int to)
    {
        Micros[to] = from.Micros[row];
        Close[to] = from.Close[row];
        if (Days != NoDays) Days[to] = from.Days[row];
        if (Open != NoNumbers) Open[to] = from.Open[row];
        if (High != NoNumbers) High[to] = from.High[row];
        if (Low != NoNumbers) Low[to] = from.Low[row];
        if (Volume != NoNumbers) Volume[to] = from.Volume[row];
    }

    /// <summary>Event time of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long MicrosOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Capacity);
        return At(Micros, row);
    }

    public void CopyTo(int row, ref Tick tick)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Capacity);
        tick.Ticker = TickerOf(row);
        tick.TimestampMicros = At(Micros, row);
        int day = At(Days, row);
        tick.Date = day == TradeDate.None ? null : TradeDate.ToDate(day);
        tick.Open = At(Open, row);
        tick.High = At(High, row);
        tick.Low = At(Low, row);
        tick.Close = At(Close, row);
        tick.Volume = At(Volume, row);
    }

    // Each column has room for all rows, so that one check serves them all: a merge goes from run to run, and the length of each column
    // would be one more line of each in the cache.
    private static T At<T>(T[] column, int row) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(column), row);

    private static T[] Filled<T>(T value)
    {
        var column = new T[Capacity];
        Array.Fill(column, value);
        return column;
    }
}
