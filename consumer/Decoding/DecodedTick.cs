using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Decoding;

/// <summary>A record that was understood: what the windows need of it. Missing prices are filled with the close.</summary>
public struct DecodedTick
{
    public TickerState Ticker;
    public SequenceNumber SequenceNumber;

    /// <summary>Event time, UTC microseconds since 1970.</summary>
    public long EventMicros;

    public double Open;
    public double High;
    public double Low;
    public double Close;

    /// <summary>The close in units of 1e-12.</summary>
    public Int128 ExactClose;

    /// <summary><see cref="Shared.Ticks.Tick.NoVolume"/> if the event has none.</summary>
    public long Volume;

    public DateOnly? Date;

    /// <summary>Place in the batch, for the raw bytes.</summary>
    public int RecordIndex;
}
