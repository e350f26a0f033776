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
    public const int Capacity = 1024;

    private static readonly int[] NoDays = Filled(TradeDate.None);
    private static readonly double[] NoPrices = Filled(double.NaN);
    private static readonly long[] NoVolumes = Filled(Tick.NoVolume);

    private int[]? _days;
    private double[]? _open;
    private double[]? _high;
    private double[]? _low;
    private long[]? _volume;
    private TickerEntry? _onlyTicker;

    /// <summary>Rows that are here now.</summary>
    public int Count { get; set; }

    public TickerEntry[] Tickers { get; } = new TickerEntry[Capacity];

    /// <summary>Event time, or midnight of the trade date for daily bars: what orders the rows.</summary>
    public long[] Micros { get; } = new long[Capacity];

    /// <summary>Trade dates as days since 1970, or <see cref="TradeDate.None"/>. This column and the next are not to be written where the file lacks it.</summary>
    public int[] Days { get; private set; } = NoDays;

    public double[] Open { get; private set; } = NoPrices;

    public double[] High { get; private set; } = NoPrices;

    public double[] Low { get; private set; } = NoPrices;

    public double[] Close { get; } = new double[Capacity];

    public long[] Volume { get; private set; } = NoVolumes;

    /// <summary>To be called before the first rows of a row group.</summary>
    public void Begin(TickColumns columns)
    {
        Days = columns.Date is null && columns.PartitionDate is null ? NoDays : _days ??= new int[Capacity];
        Open = columns.Open is null ? NoPrices : _open ??= new double[Capacity];
        High = columns.High is null ? NoPrices : _high ??= new double[Capacity];
        Low = columns.Low is null ? NoPrices : _low ??= new double[Capacity];
        Volume = columns.Volume is null ? NoVolumes : _volume ??= new long[Capacity];
        Count = 0;
    }

    /// <summary>Daily bars are ordered by their date.</summary>
    public void SetMicrosFromDays(int count)
    {
        for (int row = 0; row < count; row++) Micros[row] = Days[row] * EventTime.MicrosPerDay;
    }

    /// <summary>Puts one ticker in all rows, unless it stands there already.</summary>
    public void FillTickers(TickerEntry ticker)
    {
        if (ReferenceEquals(ticker, _onlyTicker)) return;
        Tickers.AsSpan().Fill(ticker);
        _onlyTicker = ticker;
    }

    /// <summary>To be called before tickers are written row by row.</summary>
    public TickerEntry[] BeginTickers()
    {
        _onlyTicker = null;
        return Tickers;
    }

    /// <summary>Drops all rows but these, which rise.</summary>
    public void Keep(ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] != i) Copy(this, rows[i], i);
        }

        _onlyTicker = null;
        Count = rows.Length;
    }

    /// <summary>Copies a row of a batch that has the same columns.</summary>
    public void Copy(RowBatch from, int row, int to)
    {
        Tickers[to] = from.Tickers[row];
        Micros[to] = from.Micros[row];
        Close[to] = from.Close[row];
        if (Days != NoDays) Days[to] = from.Days[row];
        if (Open != NoPrices) Open[to] = from.Open[row];
        if (High != NoPrices) High[to] = from.High[row];
        if (Low != NoPrices) Low[to] = from.Low[row];
        if (Volume != NoVolumes) Volume[to] = from.Volume[row];
    }

    public void CopyTo(int row, ref Tick tick)
    {
        tick.Ticker = Tickers[row].Name;
        tick.TimestampMicros = Micros[row];
        tick.Date = Days[row] == TradeDate.None ? null : TradeDate.ToDate(Days[row]);
        tick.Open = Open[row];
        tick.High = High[row];
        tick.Low = Low[row];
        tick.Close = Close[row];
        tick.Volume = Volume[row];
    }

    private static T[] Filled<T>(T value)
    {
        var column = new T[Capacity];
        Array.Fill(column, value);
        return column;
    }
}
