using System.Buffers.Text;
using System.Globalization;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>
/// Owns the JSON record of the contract: one object per tick, written straight into a buffer that is used again. Ticker and
/// date are put to text once and remembered.
/// </summary>
internal sealed class TickEncoder
{
    /// <summary>A ticker of 64 escaped bytes, every number at its longest and the names fit in less than half of it.</summary>
    private const int MaxRecordBytes = 2048;

    private const int MaxRememberedTickers = 100_000;

    private readonly ExchangeCalendar _calendar;
    private readonly byte[] _run;
    private readonly byte[] _buffer = new byte[MaxRecordBytes];
    private readonly Dictionary<string, TickerText> _tickers = new(StringComparer.Ordinal);
    private readonly DayText _tradeDate = new();
    private readonly DayText _eventDay = new();
    private TickerText? _last;
    private int _length;

    public TickEncoder(ExchangeCalendar calendar, string runId)
    {
        _calendar = calendar;
        _run = JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(runId));
    }

    /// <summary>UTF-8 of the last tick's ticker: the partition key.</summary>
    public ReadOnlySpan<byte> Key => _last!.Utf8;

    /// <summary>The last tick's record; valid until the next one.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(0, _length);

    public void Encode(ref readonly Tick tick, long sequence)
    {
        _last = TextOf(tick.Ticker);
        _length = 0;
        Write((byte)'{');
        Name(TickJson.Ticker, isFirst: true);
        Write(_last.Json);
        Name(TickJson.Date);
        Write((byte)'"');
        Write(_tradeDate.Of(tick.Date ?? _calendar.DateOf(tick.TimestampMicros)));
        Write((byte)'"');
        Name(TickJson.Timestamp);
        WriteTime(tick.TimestampMicros);
        WritePrice(TickJson.Open, tick.Open);
        WritePrice(TickJson.High, tick.High);
        WritePrice(TickJson.Low, tick.Low);
        WritePrice(TickJson.Close, tick.Close);
        if (tick.Volume != Tick.NoVolume)
        {
            Name(TickJson.Volume);
            WriteInteger(tick.Volume);
        }

        Name(TickJson.Run);
        Write(_run);
        Name(TickJson.Seq);
        WriteInteger(sequence);
        Write((byte)'}');
    }

    private TickerText TextOf(string ticker)
    {
        if (_last is not null && ReferenceEquals(_last.Name, ticker)) return _last;
        if (_tickers.TryGetValue(ticker, out TickerText? text)) return text;
        if (_tickers.Count == MaxRememberedTickers) _tickers.Clear();
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(ticker);
        text = new TickerText(ticker, utf8, JsonText.Quote(utf8));
        _tickers.Add(ticker, text);
        return text;
    }

    private void Name(ReadOnlySpan<byte> name, bool isFirst = false)
    {
        if (!isFirst) Write((byte)',');
        Write((byte)'"');
        Write(name);
        Write("\":"u8);
    }

    // The shortest text that reads back to the same double: what .NET writes by default, and valid JSON (1E-07 too).
    private void WritePrice(ReadOnlySpan<byte> name, double price)
    {
        if (double.IsNaN(price)) return;
        Name(name);
        price.TryFormat(_buffer.AsSpan(_length), out int written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    private void WriteInteger(long value)
    {
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out int written);
        _length += written;
    }

    // As Python's isoformat() of an aware UTC time, but milliseconds stay milliseconds: 2024-01-02T14:30:00.123+00:00.
    private void WriteTime(long micros)
    {
        long timeOfDay = DayText.SplitDay(micros, out int day);
        Write((byte)'"');
        Write(_eventDay.Of(day));
        Write((byte)'T');
        (long seconds, long fraction) = Math.DivRem(timeOfDay, 1_000_000);
        WriteDigits(seconds / 3600, 2);
        Write((byte)':');
        WriteDigits(seconds / 60 % 60, 2);
        Write((byte)':');
        WriteDigits(seconds % 60, 2);
        if (fraction != 0)
        {
            Write((byte)'.');
            if (fraction % 1000 == 0) WriteDigits(fraction / 1000, 3);
            else WriteDigits(fraction, 6);
        }

        Write("+00:00\""u8);
    }

    private void WriteDigits(long value, int count)
    {
        for (int place = count - 1; place >= 0; place--)
        {
            (value, long digit) = Math.DivRem(value, 10);
            _buffer[_length + place] = (byte)('0' + digit);
        }

        _length += count;
    }

    private void Write(byte value) => _buffer[_length++] = value;

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private sealed record TickerText(string Name, byte[] Utf8, byte[] Json);
}
