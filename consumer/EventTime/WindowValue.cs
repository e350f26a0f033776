using System.Runtime.CompilerServices;
using Streaming.Consumer.Decoding;
using Streaming.Shared.Streams;
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

    // Not as one nullable: it would be copied as a whole, for which the processor waits until its parts are written.
    private Int128 _volumeSum;
    private bool _hasVolume;

    public double High;
    public double Low;
    public double LastClose;

    /// <summary>Event time and number of the tick that gave <see cref="LastClose"/>.</summary>
    public long LastMicros;
    public SequenceNumber LastSequenceNumber;

    /// <summary>Event time and number of the tick that gave <see cref="Open"/>.</summary>
    public long FirstMicros;
    public SequenceNumber FirstSequenceNumber;

    public double Open;

    /// <summary>The first tick's in shard order, so that the window never moves between partitions.</summary>
    public DateOnly TradeDate;

    /// <summary>Null if no tick had a volume. Wider than the column, so that the sum itself cannot overflow.</summary>
    public Int128? VolumeSum
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

    /// <summary>A window of one tick.</summary>
    public static WindowValue Of(in DecodedTick tick, DateOnly tradeDate)
    {
        var value = new WindowValue
        {
            StartMicros = StartOf(tick.EventMicros),
            TradeDate = tradeDate,
            High = tick.High,
            Low = tick.Low,
            FirstMicros = long.MaxValue,
            LastMicros = long.MinValue,
        };
        value.Add(tick);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in DecodedTick tick)
    {
        TickCount++;
        CloseSum += tick.ExactClose;
        if (tick.High > High) High = tick.High;
        if (tick.Low < Low) Low = tick.Low;
        if (tick.EventMicros < FirstMicros || (tick.EventMicros == FirstMicros && tick.SequenceNumber < FirstSequenceNumber))
        {
            FirstMicros = tick.EventMicros;
            FirstSequenceNumber = tick.SequenceNumber;
            Open = tick.Open;
        }

        if (tick.EventMicros > LastMicros || (tick.EventMicros == LastMicros && tick.SequenceNumber > LastSequenceNumber))
        {
            LastMicros = tick.EventMicros;
            LastSequenceNumber = tick.SequenceNumber;
            LastClose = tick.Close;
        }

        if (tick.Volume == Tick.NoVolume) return;
        _hasVolume = true;
        _volumeSum += tick.Volume;
    }
}
