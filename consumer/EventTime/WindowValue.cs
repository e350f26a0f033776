using System.Runtime.CompilerServices;
using Streaming.Consumer.Decoding;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// The fold of one window's ticks over a prefix of its shard's log. All fields but the trade date are the same whatever the
/// order of the ticks; two values of a window are comparable, the one with more ticks is the later truth.
/// </summary>
public struct WindowValue
{
    /// <summary>One minute, in microseconds.</summary>
    public const long LengthMicros = 60_000_000;

    // What every tick touches comes first, so that it lies together.

    /// <summary>Start of the minute, UTC microseconds since 1970.</summary>
    public long StartMicros;

    public long TickCount;

    /// <summary>Sum of the closes in units of 1e-12 (<see cref="ExactPrice"/>).</summary>
    public Int128 CloseSum;

    // Of volumes, which are never below zero: the lower word, and how often it passed its end.
    private ulong _volumeSum;

    public double High;
    public double Low;
    public double LastClose;

    /// <summary>Event time of the tick that gave <see cref="LastClose"/>: of those with the highest, the last in the log.</summary>
    public long LastMicros;

    /// <summary>Event time of the tick that gave <see cref="Open"/>: of those with the lowest, the first in the log.</summary>
    public long FirstMicros;

    // Not as one nullable with the sum: it would be copied as a whole, for which the processor waits until its parts are written.
    private bool _hasVolume;
    private uint _volumeOverflows;

    /// <summary>The first tick's in shard order, so that the window never moves between partitions.</summary>
    public DateOnly TradeDate;

    public double Open;

    /// <summary>Null if no tick had a volume. Wider than the column, so that the sum itself cannot overflow.</summary>
    public Int128? VolumeSum
    {
        readonly get => _hasVolume ? new Int128(_volumeOverflows, _volumeSum) : null;
        init
        {
            Int128 sum = value.GetValueOrDefault();
            (_hasVolume, _volumeSum, _volumeOverflows) = (value is not null, (ulong)sum, (uint)(sum >>> 64));
        }
    }

    public readonly long EndMicros => StartMicros + LengthMicros;

    public readonly bool Holds(long eventMicros) => (ulong)(eventMicros - StartMicros) < LengthMicros;

    /// <summary>Start of the minute that holds <paramref name="eventMicros"/>; rounds down before 1970 too.</summary>
    public static long StartOf(long eventMicros)
    {
        long rest = eventMicros % LengthMicros;
        return eventMicros - (rest < 0 ? rest + LengthMicros : rest);
    }

    /// <summary>Makes it a window of one tick.</summary>
    public void Begin(in DecodedTick tick, DateOnly tradeDate)
    {
        StartMicros = StartOf(tick.EventMicros);
        TradeDate = tradeDate;
        (High, Low) = (tick.High, tick.Low);
        (FirstMicros, LastMicros) = (long.MaxValue, tick.EventMicros);
        Add(tick);
    }

    /// <summary>Adds a tick that stands in the log behind all that were added before, so that its sequence number is the highest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in DecodedTick tick)
    {
        TickCount++;
        CloseSum += tick.ExactClose;
        // Without branches, which nobody could foresee. Prices are never NaN, nor zero.
        High = double.MaxNative(High, tick.High);
        Low = double.MinNative(Low, tick.Low);
        if (tick.EventMicros < FirstMicros)
        {
            FirstMicros = tick.EventMicros;
            Open = tick.Open;
        }

        // All ones if the tick is earlier than the last one, which nobody could foresee either.
        long earlier = (tick.EventMicros - LastMicros) >> 63;
        LastMicros = tick.EventMicros + ((LastMicros - tick.EventMicros) & earlier);
        long close = BitConverter.DoubleToInt64Bits(tick.Close);
        LastClose = BitConverter.Int64BitsToDouble(close ^ ((close ^ BitConverter.DoubleToInt64Bits(LastClose)) & earlier));

        if (tick.Volume == Tick.NoVolume) return;
        _hasVolume = true;
        _volumeSum += (ulong)tick.Volume;
        if (_volumeSum < (ulong)tick.Volume) _volumeOverflows++;
    }
}
