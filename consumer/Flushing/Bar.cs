using Streaming.Consumer.EventTime;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Flushing;

/// <summary>One row of <c>avg_1min</c>, without its partition.</summary>
/// <param name="WindowStartMicros">Start of the minute, UTC microseconds since 1970.</param>
/// <param name="AvgClose">Mean of the closes.</param>
/// <param name="LastClose">Close of the last tick by (event time, sequence number).</param>
/// <param name="Volume">Sum of the volumes, null if no tick had one; a sum beyond 64 bits is written as the largest bigint.</param>
/// <param name="TickCount">Ticks in the row; of two versions of a row the one with more is the later truth.</param>
public readonly record struct Bar(
    long WindowStartMicros,
    double AvgClose,
    double LastClose,
    double Open,
    double High,
    double Low,
    long? Volume,
    long TickCount)
{
    public long WindowEndMicros => WindowStartMicros + WindowValue.LengthMicros;

    public static Bar Of(in WindowValue value) => new(
        value.StartMicros,
        ExactPrice.Mean(value.CloseSum, value.TickCount),
        value.LastClose,
        value.Open,
        value.High,
        value.Low,
        value.VolumeSum is { } volume ? (long)Int128.Min(volume, long.MaxValue) : null,
        value.TickCount);
}
