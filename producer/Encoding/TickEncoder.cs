using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>
/// Owns the JSON record of the contract: one object per tick, written straight into a buffer that is used again. Whatever does not
/// change from tick to tick is put to text once and remembered.
/// </summary>
internal sealed class TickEncoder
{
    /// <summary>A ticker of 64 escaped bytes, every number at its longest and the names fit in less than half of it.</summary>
    private const int MaxRecordBytes = 2048;

    private const int MaxRememberedTickers = 100_000;

    /// <summary>Tickers found by their string's place in memory, a power of two: the archive has one string for each.</summary>
    private const int RecentTickers = 4096;

    private readonly ExchangeCalendar _calendar;
    private readonly byte[] _runAndSeq;
    private readonly byte[] _buffer = new byte[MaxRecordBytes];
    private readonly Dictionary<string, TickerText> _tickers = new(StringComparer.Ordinal);
    private readonly TickerText?[] _recent = new TickerText?[RecentTickers];
    private TickerText? _last;
    private int _length;

    public TickEncoder(ExchangeCalendar calendar, string runId)
    {
        _calendar = calendar;
        byte[] run = JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(runId));
        _runAndSeq = [.. ",\""u8, .. TickJson.Run, .. "\":"u8, .. run, .. ",\""u8, .. TickJson.Seq, .. "\":"u8];
    }

    /// <summary>UTF-8 of the last tick's ticker: the partition key.</summary>
    public ReadOnlySpan<byte> Key => _last!.Utf8;

    /// <summary>The last tick's record; valid until the next one.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(0, _length);

    public void Encode(ref readonly Tick tick, long sequence)
    {
        _last = TextOf(tick.Ticker);
        long timeOfDay = DayText.SplitDay(tick.TimestampMicros, out int eventDay);
        int at = Write(0, _last.Opening(tick.Date ?? _calendar.DateOf(tick.TimestampMicros), eventDay));
        at = WriteTimeOfDay(at, timeOfDay);
        if (!double.IsNaN(tick.Open)) at = WritePrice(Write(at, ",\"open\":"u8), tick.Open);
        if (!double.IsNaN(tick.High)) at = WritePrice(Write(at, ",\"high\":"u8), tick.High);
        if (!double.IsNaN(tick.Low)) at = WritePrice(Write(at, ",\"low\":"u8), tick.Low);
        at = WritePrice(Write(at, ",\"close\":"u8), tick.Close);
        if (tick.Volume != Tick.NoVolume) at = WriteInteger(Write(at, ",\"volume\":"u8), tick.Volume);
        at = WriteInteger(Write(at, _runAndSeq), sequence);
        _buffer[at] = (byte)'}';
        _length = at + 1;
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

    private int WritePrice(int at, double price) => at + PriceText.Write(price, _buffer.AsSpan(at));

    // Volumes and counters are never below zero: of volumes one is (no volume), which is not written.
    private int WriteInteger(int at, long value) => at + Digits.Write(_buffer.AsSpan(at), (ulong)value);

    // As Python's isoformat() of an aware UTC time, but milliseconds stay milliseconds: 2024-01-02T14:30:00.123+00:00.
    private int WriteTimeOfDay(int at, long micros)
    {
        Span<byte> text = _buffer.AsSpan(at, "hh:mm:ss.ffffff".Length);
        (uint seconds, uint fraction) = ((uint)(micros / 1_000_000), (uint)(micros % 1_000_000));
        Digits.WriteTwo(text, seconds / 3600);
        text[2] = (byte)':';
        Digits.WriteTwo(text[3..], seconds / 60 % 60);
        text[5] = (byte)':';
        Digits.WriteTwo(text[6..], seconds % 60);
        at += "hh:mm:ss".Length;
        if (fraction != 0)
        {
            text[8] = (byte)'.';
            Digits.WriteFour(text[9..], fraction / 100);
            Digits.WriteTwo(text[13..], fraction % 100);
            at += fraction % 1000 == 0 ? ".fff".Length : ".ffffff".Length;
        }

        return Write(at, "+00:00\""u8);
    }

    // Inlined, a copy of known length is a few moves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Write(int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(at));
        return at + bytes.Length;
    }
}
