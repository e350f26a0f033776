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

    /// <summary>Sum of the closes. Its lower half, which ordinary prices do not touch, lies outside of what every tick touches.</summary>
    public ExactSum CloseSum;

    // What every tick touches lies together, to the upper half of the volumes' sum.

    /// <summary>Start of the minute, UTC microseconds since 1970.</summary>
    public long StartMicros;

    public long TickCount;

    public double High;
    public double Low;
    public double LastClose;

    // Microseconds from the start to the event times of the first and the last tick: there are many windows, and a smaller one costs less to make.
    private uint _firstOffset;
    private uint _lastOffset;

    /// <summary>The first tick's in shard order, so that the window never moves between partitions.</summary>
    public DateOnly TradeDate;

    // Not as one nullable with the sum: it would be copied as a whole, for which the processor waits until its parts are written.
    private bool _hasVolume;
    private ExactSum _volumeSum;

    public double Open;

    /// <summary>Event time of the tick that gave <see cref="Open"/>: of those with the lowest, the first in the log. Set after the start.</summary>
    public long FirstMicros
    {
        readonly get => StartMicros + _firstOffset;
        init => _firstOffset = checked((uint)(value - StartMicros));
    }

    /// <summary>Event time of the tick that gave <see cref="LastClose"/>: of those with the highest, the last in the log. Set after the start.</summary>
    public long LastMicros
    {
        readonly get => StartMicros + _lastOffset;
        init => _lastOffset = checked((uint)(value - StartMicros));
    }

    /// <summary>Null if no tick had a volume.</summary>
    public ExactSum? VolumeSum
    {
        readonly get => _hasVolume ? _volumeSum : null;
        init => (_hasVolume, _volumeSum) = (value is not null, value.GetValueOrDefault());
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
        (_firstOffset, _lastOffset) = (uint.MaxValue, 0);
        Add(tick);
    }

    /// <summary>Adds a tick that stands in the log behind all that were added before, so that its sequence number is the highest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in DecodedTick tick)
    {
        TickCount++;
        CloseSum.Add(tick.Close);
        // Without branches, which nobody could foresee. Prices are never NaN, nor negative zero.
        High = double.MaxNative(High, tick.High);
        Low = double.MinNative(Low, tick.Low);
        long offset = tick.EventMicros - StartMicros;
        if (offset < _firstOffset)
        {
            _firstOffset = (uint)offset;
            Open = tick.Open;
        }

        // All ones if the tick is earlier than the last one, which nobody could foresee either.
        long earlier = (offset - _lastOffset) >> 63;
        _lastOffset = (uint)(offset + ((_lastOffset - offset) & earlier));
        long close = BitConverter.DoubleToInt64Bits(tick.Close);
        LastClose = BitConverter.Int64BitsToDouble(close ^ ((close ^ BitConverter.DoubleToInt64Bits(LastClose)) & earlier));

        if (double.IsNaN(tick.Volume)) return;
        _hasVolume = true;
        _volumeSum.Add(tick.Volume);
    }
}
