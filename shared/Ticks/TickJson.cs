namespace Streaming.Shared.Ticks;

/// <summary>Field names of the JSON record, in the order in which they are written.</summary>
public static class TickJson
{
    public static ReadOnlySpan<byte> Ticker => "ticker"u8;

    /// <summary>Trade date, <c>yyyy-MM-dd</c>.</summary>
    public static ReadOnlySpan<byte> Date => "date"u8;

    /// <summary>Event time, ISO 8601 with offset.</summary>
    public static ReadOnlySpan<byte> Timestamp => "timestamp"u8;

    public static ReadOnlySpan<byte> Open => "open"u8;

    public static ReadOnlySpan<byte> High => "high"u8;

    public static ReadOnlySpan<byte> Low => "low"u8;

    public static ReadOnlySpan<byte> Close => "close"u8;

    public static ReadOnlySpan<byte> Volume => "volume"u8;

    // Names that other systems give to required fields.

    public static ReadOnlySpan<byte> TickerAlias => "symbol"u8;

    public static ReadOnlySpan<byte> TimestampAlias => "produced_at"u8;

    public static ReadOnlySpan<byte> CloseAlias => "price"u8;

    /// <summary>
    /// Id of the producer run that wrote the record; ours alone, ignored by other readers. Of a ticker and a run <see cref="Seq"/>
    /// grows along the shard, and what does not is a record that was put again.
    /// </summary>
    public static ReadOnlySpan<byte> Run => "run"u8;

    /// <summary>Counter within <see cref="Run"/>, from 0.</summary>
    public static ReadOnlySpan<byte> Seq => "seq"u8;
}
