using System.Buffers;
using System.Runtime.InteropServices;

namespace Streaming.Consumer.Flushing;

/// <summary>Bars column by column, in arrays of the shared pool: taken apart in one pass, since a bar is a large struct to come back to.</summary>
internal readonly ref struct BarColumns : IDisposable
{
    private const int Columns = 9;

    private readonly long[] _values;
    private readonly bool[] _hasNoVolume;
    private readonly int _count;

    public BarColumns(ReadOnlySpan<Bar> bars)
    {
        _count = bars.Length;
        _values = ArrayPool<long>.Shared.Rent(_count * Columns);
        _hasNoVolume = ArrayPool<bool>.Shared.Rent(_count);
        Fill(bars);
    }

    public Span<long> WindowStart => Longs(0);

    public Span<long> WindowEnd => Longs(1);

    public Span<double> AvgClose => Doubles(2);

    public Span<double> LastClose => Doubles(3);

    public Span<double> Open => Doubles(4);

    public Span<double> High => Doubles(5);

    public Span<double> Low => Doubles(6);

    public Span<double> Volume => Doubles(7);

    public Span<bool> HasNoVolume => _hasNoVolume.AsSpan(0, _count);

    public Span<long> TickCount => Longs(8);

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_values);
        ArrayPool<bool>.Shared.Return(_hasNoVolume);
    }

    private void Fill(ReadOnlySpan<Bar> bars)
    {
        Span<long> start = WindowStart, end = WindowEnd, tickCount = TickCount;
        Span<double> avgClose = AvgClose, lastClose = LastClose, open = Open, high = High, low = Low, volume = Volume;
        Span<bool> hasNoVolume = HasNoVolume;
        for (int i = 0; i < bars.Length; i++)
        {
            ref readonly Bar bar = ref bars[i];
            start[i] = bar.WindowStartMicros;
            end[i] = bar.WindowEndMicros;
            avgClose[i] = bar.AvgClose;
            lastClose[i] = bar.LastClose;
            open[i] = bar.Open;
            high[i] = bar.High;
            low[i] = bar.Low;
            volume[i] = bar.Volume.GetValueOrDefault();
            hasNoVolume[i] = bar.Volume is null;
            tickCount[i] = bar.TickCount;
        }
    }

    private Span<long> Longs(int column) => _values.AsSpan(column * _count, _count);

    private Span<double> Doubles(int column) => MemoryMarshal.Cast<long, double>(Longs(column));
}
