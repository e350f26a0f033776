using System.Runtime.CompilerServices;
using System.Text.Json;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// Owns: the bytes of a record to a tick, or a reason why not. Does not own: what becomes of either.
/// Fields may come in any order, unknown ones are ignored, of a repeated one the last counts; null is absent. A record that lacks a required
/// field may have it by its alias (docs/record-format.md).
/// </summary>
public sealed class TickDecoder
{
    /// <summary>Bytes of a date-time in which every character is escaped.</summary>
    private const int MaxTimeBytes = 256;

    /// <summary>Bytes of the longest field name in which every character is escaped.</summary>
    private const int MaxNameBytes = 64;

    private readonly TickerTable _tickers;
    private readonly RunIds _runs;
    private readonly UsualTick _usual;

    public TickDecoder(TickerTable tickers)
    {
        _tickers = tickers;
        _runs = new RunIds();
        _usual = new UsualTick(tickers, _runs);
    }

    /// <summary>Makes a tick of a record, or says in it why it is none.</summary>
    // Compiled as well as can be at the first call, and what it calls into it: a run over what is stored is over before the runtime has found out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Decode(in StreamRecord record, out DecodedTick tick)
    {
        if (!_usual.TryRead(record, out tick)) DecodeAny(record, out tick);
    }

    /// <summary>The simple twin of <see cref="Decode"/>: every record byte by byte, whatever its layout.</summary>
    public void DecodeAny(in StreamRecord record, out DecodedTick tick)
    {
        tick = default;
        if (Read(record, ref tick) is { } fault) (tick.Fault, tick.IgnoredValues) = (fault, 0);
    }

    /// <summary>Null if <paramref name="tick"/> is good, else the reason.</summary>
    private string? Read(in StreamRecord record, ref DecodedTick tick)
    {
        var fields = new Fields();
        Span<byte> ticker = stackalloc byte[TickRules.MaxTickerBytes];
        try
        {
            string? fault = ReadFields(record.Data, ref fields, ref tick, ticker);
            if (fault is null && !fields.HasRequired)
            {
                // Once more, because an alias counts only where its field is nowhere in the record.
                fields.Aliased = (!fields.HasTicker, !fields.HasTimestamp, !fields.HasClose);
                fault = ReadFields(record.Data, ref fields, ref tick, ticker);
            }

            if (fault is not null) return fault;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The reader says the second where a text that was asked for is not valid UTF-8 or an escape is half a surrogate pair.
            return BadRecordReasons.NotJsonBut(record.Data);
        }

        if (fields.TickerLength == 0) return BadRecordReasons.NoTicker;
        if (!fields.HasTimestamp) return BadRecordReasons.NoTimestamp;
        if (!fields.HasClose) return BadRecordReasons.NoClose;
        if (tick.EventMicros - record.ArrivalMicros > TickRules.MaxAheadMicros) return BadRecordReasons.AheadOfArrival;
        // There is one zero: as a high or a low, which of two is the larger would depend on the order.
        tick.Close += 0.0;
        if (!fields.HasOpen) tick.Open = tick.Close;
        if (!fields.HasHigh) tick.High = tick.Close;
        if (!fields.HasLow) tick.Low = tick.Close;
        if (!fields.HasVolume) tick.Volume = double.NaN;
        if (!fields.HasSeq) tick.Run = null;

        // Last, so that only tickers with a good record take a place in the table, and it can be rebuilt from the ticks alone.
        if (_tickers.TryGetOrAdd(ticker[..fields.TickerLength], out tick.TickerId)) return null;
        return _tickers.Owns(ticker[..fields.TickerLength]) ? BadRecordReasons.TooManyTickers : BadRecordReasons.Misrouted;
    }

    private string? ReadFields(ReadOnlySpan<byte> data, ref Fields fields, ref DecodedTick tick, scoped Span<byte> ticker)
    {
        var reader = new Utf8JsonReader(data.StartsWith(RecordShape.ByteOrderMark) ? data[RecordShape.ByteOrderMark.Length..] : data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return BadRecordReasons.NotJsonBut(data);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? fault = ReadField(ref reader, ref fields, ref tick, ticker);
            if (fault is not null) return fault;
        }

        // A second token after the object makes Read throw; so does an object without its end.
        reader.Read();
        return null;
    }

    private string? ReadField(ref Utf8JsonReader reader, ref Fields fields, ref DecodedTick tick, scoped Span<byte> ticker)
    {
        ReadOnlySpan<byte> name = fields.OwnName(TextOf(reader, stackalloc byte[MaxNameBytes]));
        if (name.SequenceEqual(TickJson.Close))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number) return BadRecordReasons.NoClose;
            fields.HasClose = true;
            return reader.TryGetDouble(out tick.Close) && TickRules.IsPrice(tick.Close) ? null : BadRecordReasons.BadClose;
        }

        if (name.SequenceEqual(TickJson.Ticker)) return ReadTicker(ref reader, ref fields, ticker);
        if (name.SequenceEqual(TickJson.Timestamp)) return ReadTimestamp(ref reader, ref fields, ref tick);
        if (name.SequenceEqual(TickJson.Date)) return ReadDate(ref reader, ref tick);
        if (name.SequenceEqual(TickJson.Open)) return ReadOther(ref reader, ref tick, TickRules.IsSidePrice, out fields.HasOpen, out tick.Open);
        if (name.SequenceEqual(TickJson.High)) return ReadOther(ref reader, ref tick, TickRules.IsSidePrice, out fields.HasHigh, out tick.High);
        if (name.SequenceEqual(TickJson.Low)) return ReadOther(ref reader, ref tick, TickRules.IsSidePrice, out fields.HasLow, out tick.Low);
        if (name.SequenceEqual(TickJson.Volume)) return ReadOther(ref reader, ref tick, TickRules.IsVolume, out fields.HasVolume, out tick.Volume);
        if (name.SequenceEqual(TickJson.Run)) return ReadRun(ref reader, ref tick);
        if (name.SequenceEqual(TickJson.Seq)) return ReadSeq(ref reader, ref fields, ref tick);
        return SkipRest(ref reader);
    }

    private static string? ReadTicker(ref Utf8JsonReader reader, ref Fields fields, scoped Span<byte> ticker)
    {
        reader.Read();
        fields.HasTicker = true;
        if (reader.TokenType != JsonTokenType.String) return BadRecordReasons.NoTicker;
        Span<byte> unescaped = stackalloc byte[TickRules.MaxTickerBytes * 6];
        if (reader.ValueSpan.Length > unescaped.Length) return BadRecordReasons.TickerTooLong;
        fields.TickerLength = reader.CopyString(unescaped);
        unescaped = unescaped[..fields.TickerLength];
        if (unescaped.Length > TickRules.MaxTickerBytes) return BadRecordReasons.TickerTooLong;
        if (TickRules.HasControlCharacter(unescaped)) return BadRecordReasons.TickerControl;
        unescaped.CopyTo(ticker);
        return null;
    }

    private static string? ReadTimestamp(ref Utf8JsonReader reader, ref Fields fields, ref DecodedTick tick)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) return BadRecordReasons.NoTimestamp;
        fields.HasTimestamp = true;
        return IsoTime.TryParse(TextOf(reader, stackalloc byte[MaxTimeBytes]), out tick.EventMicros) ? null : BadRecordReasons.BadTimestamp;
    }

    /// <summary>A name, or the text of a time or day; empty, which is none, if it is longer than any. Some writers escape even the plus sign.</summary>
    private static ReadOnlySpan<byte> TextOf(in Utf8JsonReader reader, Span<byte> buffer)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        return reader.ValueSpan.Length <= buffer.Length ? buffer[..reader.CopyString(buffer)] : [];
    }

    private static string? ReadDate(ref Utf8JsonReader reader, ref DecodedTick tick)
    {
        reader.Read();
        tick.Date = null;
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String) return BadRecordReasons.BadDate;

        // pandas prints a date column as a midnight; the day that is written counts, in whatever zone.
        ReadOnlySpan<byte> text = TextOf(reader, stackalloc byte[MaxTimeBytes]);
        if (text.Length > 10 && !IsoTime.TryParse(text, out _)) return BadRecordReasons.BadDate;
        if (!IsoTime.TryParseDate(text.Length > 10 ? text[..10] : text, out DateOnly date)) return BadRecordReasons.BadDate;
        tick.Date = date;
        return null;
    }

    /// <summary>A number other than the close: one that is not usable is absent, since only the close decides whether the tick counts.</summary>
    private static string? ReadOther(ref Utf8JsonReader reader, ref DecodedTick tick, Func<double, bool> isUsable, out bool has, out double value)
    {
        reader.Read();
        value = 0;
        has = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value) && isUsable(value);
        if (!has && reader.TokenType != JsonTokenType.Null && tick.IgnoredValues < byte.MaxValue) tick.IgnoredValues++;
        return SkipRest(ref reader);
    }

    // Of run and seq nothing is a fault: others may use such names for something else, and then the record has neither.
    private string? ReadRun(ref Utf8JsonReader reader, ref DecodedTick tick)
    {
        reader.Read();
        tick.Run = null;
        if (reader.TokenType != JsonTokenType.String) return SkipRest(ref reader);

        // As it is written, escapes and all: the same run is always written the same way.
        if (reader.ValueSpan.Length is > 0 and <= TickRules.MaxRunBytes) tick.Run = _runs.Find(reader.ValueSpan);
        return null;
    }

    private static string? ReadSeq(ref Utf8JsonReader reader, ref Fields fields, ref DecodedTick tick)
    {
        reader.Read();
        fields.HasSeq = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out tick.Seq) && tick.Seq >= 0;
        return fields.HasSeq ? null : SkipRest(ref reader);
    }

    /// <summary>Passes over the rest of a value that is none of ours; null, for it is no fault.</summary>
    private static string? SkipRest(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return null;
    }

    private struct Fields
    {
        public int TickerLength;
        public bool HasTicker;
        public bool HasTimestamp;
        public bool HasClose;
        public bool HasOpen;
        public bool HasHigh;
        public bool HasLow;
        public bool HasVolume;
        public bool HasSeq;

        /// <summary>Fields that are looked for by their aliases, too.</summary>
        public (bool Ticker, bool Timestamp, bool Close) Aliased;

        public readonly bool HasRequired => HasTicker && HasTimestamp && HasClose;

        /// <summary>The contract's name of an alias that counts; any other name as it is.</summary>
        public readonly ReadOnlySpan<byte> OwnName(ReadOnlySpan<byte> name)
        {
            if (Aliased.Ticker && name.SequenceEqual(TickJson.TickerAlias)) return TickJson.Ticker;
            if (Aliased.Timestamp && name.SequenceEqual(TickJson.TimestampAlias)) return TickJson.Timestamp;
            return Aliased.Close && name.SequenceEqual(TickJson.CloseAlias) ? TickJson.Close : name;
        }
    }
}
