using System.Buffers;
using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>What the records of one ticker begin with, put to text once for each day.</summary>
internal sealed class TickerText(string name, byte[] utf8)
{
    private readonly byte[] _json = JsonText.Quote(utf8);
    private byte[] _opening = [];
    private int _openingLength;
    private int _tradeDay = -1;
    private int _eventDay;

    public string Name { get; } = name;

    public byte[] Utf8 { get; } = utf8;

    /// <summary>The record from its brace to the <c>T</c> between the event's day and its time.</summary>
    /// <returns>Bytes that count; up to whole <see cref="Blocks"/> are written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int WriteOpening(Span<byte> target, DateOnly tradeDate, int eventDay)
    {
        if (_tradeDay != tradeDate.DayNumber || _eventDay != eventDay) MoveTo(tradeDate, eventDay);
        Blocks.Copy(_opening, _openingLength, target);
        return _openingLength;
    }

    private void MoveTo(DateOnly tradeDate, int eventDay)
    {
        ReadOnlySpan<byte> opening = Write(tradeDate, eventDay);
        (_opening, _openingLength) = (Blocks.Of(opening), opening.Length);
        (_tradeDay, _eventDay) = (tradeDate.DayNumber, eventDay);
    }

    private ReadOnlySpan<byte> Write(DateOnly tradeDate, int eventDay)
    {
        var json = new ArrayBufferWriter<byte>();
        json.Write("{"u8);
        WriteName(json, TickJson.Ticker);
        json.Write(_json);
        json.Write(","u8);
        WriteName(json, TickJson.Date);
        json.Write("\""u8);
        json.Write(DayText.Of(tradeDate));
        json.Write("\","u8);
        WriteName(json, TickJson.Timestamp);
        json.Write("\""u8);
        json.Write(DayText.Of(eventDay));
        json.Write("T"u8);
        return json.WrittenSpan;
    }

    private static void WriteName(ArrayBufferWriter<byte> json, ReadOnlySpan<byte> name)
    {
        json.Write("\""u8);
        json.Write(name);
        json.Write("\":"u8);
    }
}
