using Streaming.Consumer.EventTime;

namespace Streaming.Consumer.Flushing;

/// <summary>One row of <c>avg_1min</c>, without its partition.</summary>
/// <param name="WindowStartMicros">Start of the minute, UTC microseconds since 1970.</param>
/// <param name="AvgClose">Exact mean of the closes, rounded once.</param>
/// <param name="LastClose">Close of the last tick by (event time, sequence number).</param>
/// <param name="Volume">Sum of the volumes, null if no tick had one.</param>
/// <param name="TickCount">Ticks in the row; of two versions of a row the one with more is the later truth.</param>
public readonly record struct Bar(
    long WindowStartMicros,
    double AvgClose,
    double LastClose,
    double Open,
    double High,
    double Low,
    double? Volume,
    long TickCount)
{
    public long WindowEndMicros => WindowStartMicros + WindowValue.LengthMicros;

    public static Bar Of(in WindowValue value) => new(
        value.StartMicros,
        value.CloseSum.Mean(value.TickCount),
        value.LastClose,
        value.Open,
        value.High,
        value.Low,
        value.VolumeSum?.ToDouble(),
        value.TickCount);
}
