using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>
/// Owns the JSON record of the contract: one object per tick, written straight into a buffer that is used again. Whatever does not
/// change from tick to tick is put to text once and remembered.
/// </summary>
internal sealed class TickEncoder
{
    /// <summary>
    /// A ticker of 64 escaped bytes, every number at its longest and the names fit in less than half of it, so that each part has the room that
    /// it may write over. The run's id, which is the caller's, has its own.
    /// </summary>
    private const int MaxBytesWithoutRun = 2048;

    private const int MaxRememberedTickers = 100_000;

    /// <summary>Tickers found by their string's place in memory, a power of two: the archive has one string for each.</summary>
    private const int RecentTickers = 4096;

    private readonly RunText _run;
    private readonly byte[] _buffer;
    private readonly Dictionary<string, TickerText> _tickers = new(StringComparer.Ordinal);
    private readonly TickerText?[] _recent = new TickerText?[RecentTickers];
    private EventClock _clock;
    private TickerText? _last;
    private int _length;

    public TickEncoder(ExchangeCalendar calendar, string runId)
    {
        _clock = new EventClock(calendar);
        _run = new RunText(runId);
        _buffer = new byte[MaxBytesWithoutRun + _run.MaxBytes];
    }

    /// <summary>UTF-8 of the last tick's ticker: the partition key.</summary>
    public ReadOnlySpan<byte> Key => _last!.Utf8;

    /// <summary>The last tick's record; valid until the next one.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(0, _length);

    public void Encode(ref readonly Tick tick, long sequence)
    {
        TickerText ticker = TextOf(tick.Ticker);
        _last = ticker;
        _clock.MoveTo(tick.TimestampMicros);

        Span<byte> rest = _buffer;
        rest = rest[ticker.WriteOpening(rest, tick.Date ?? _clock.TradeDay, _clock.EventDay)..];
        rest = rest[_clock.WriteTimeOfDay(rest)..];
        if (!double.IsNaN(tick.Open)) rest = WritePrice(Write(rest, ",\"open\":"u8), tick.Open);
        if (!double.IsNaN(tick.High)) rest = WritePrice(Write(rest, ",\"high\":"u8), tick.High);
        if (!double.IsNaN(tick.Low)) rest = WritePrice(Write(rest, ",\"low\":"u8), tick.Low);
        rest = WritePrice(Write(rest, ",\"close\":"u8), tick.Close);
        if (!double.IsNaN(tick.Volume)) rest = WriteVolume(Write(rest, ",\"volume\":"u8), tick.Volume);
        rest = rest[_run.Write(rest, (ulong)sequence)..];
        rest[0] = (byte)'}';
        _length = _buffer.Length - rest.Length + 1;
    }

    private TickerText TextOf(string ticker)
    {
        ref TickerText? recent = ref _recent[RuntimeHelpers.GetHashCode(ticker) & (RecentTickers - 1)];
        if (recent is null || !ReferenceEquals(recent.Name, ticker)) recent = Remembered(ticker);
        return recent;
    }

    private TickerText Remembered(string ticker)
    {
        if (_tickers.TryGetValue(ticker, out TickerText? text)) return text;
        if (_tickers.Count == MaxRememberedTickers) _tickers.Clear();
        text = new TickerText(ticker, System.Text.Encoding.UTF8.GetBytes(ticker));
        _tickers.Add(ticker, text);
        return text;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<byte> WritePrice(Span<byte> target, double price) => target[PriceText.Write(price, target)..];

    // A whole volume in all its digits, as other readers expect of one: the shortest text of 1e15 has an exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<byte> WriteVolume(Span<byte> target, double volume)
        => (ulong)volume == volume ? target[Digits.Write(target, (ulong)volume)..] : WritePrice(target, volume);

    // Inlined, a copy of known length is a few moves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<byte> Write(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }
}
