using Streaming.Producer.Archive.Values;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>Converted rows of one row group, column by column, and which of them are usable. Refilled by its reader.</summary>
internal sealed class RowBatch
{
    /// <summary>Few enough that thousands of files can be open in one merge, many enough that a column's set-up does not count.</summary>
    public const int Capacity = 1024;

    public TickerEntry[] Tickers { get; } = new TickerEntry[Capacity];

    /// <summary>Event time, or midnight of the trade date for daily bars: what orders the rows.</summary>
    public long[] Micros { get; } = new long[Capacity];

    /// <summary>Trade dates as days since 1970, or <see cref="TradeDate.None"/>.</summary>
    public int[] Days { get; } = new int[Capacity];

    public double[] Open { get; } = new double[Capacity];

    public double[] High { get; } = new double[Capacity];

    public double[] Low { get; } = new double[Capacity];

    public double[] Close { get; } = new double[Capacity];

    public long[] Volume { get; } = new long[Capacity];

    public RowFault[] Faults { get; } = new RowFault[Capacity];

    /// <summary>Indices of the usable rows, in file order; the first <see cref="UsableCount"/> count.</summary>
    public int[] Usable { get; } = new int[Capacity];

    public int UsableCount { get; set; }

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
}
