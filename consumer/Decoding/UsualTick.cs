using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// Records as our producer lays them out: no blanks, no escapes, its fields in its order, tickers and numbers of up to 15 characters.
/// Names are compared whole, all digits of a number read at once, and what repeats from record to record (day, minute, offset, run) is
/// compared with what it was instead of being read. Does not own what a record means: whatever stands otherwise, and whatever is
/// wrong, is left to <see cref="TickDecoder"/>, so that this can only be faster and never come to something else.
/// </summary>
internal sealed class UsualTick(TickerTable tickers, RunIds runs)
{
    /// <summary>No usual record is shorter: a ticker of one letter, whole seconds, one digit. Up to the seconds, all looks begin within it.</summary>
    private const int MinBytes = 84;

    // Around the end of a minute ticks of both come in turns.
    private UsualMinute _minute = new();
    private UsualMinute _otherMinute = new();
    private readonly UsualRun _run = new(runs);

    /// <returns>False if the record is left to the general reader; <paramref name="tick"/> is anything then.</returns>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(in StreamRecord record, out DecodedTick tick)
    {
        Unsafe.SkipInit(out tick);
        var text = new PaddedText(record);
        ReadOnlySpan<byte> start = "{\"ticker\":\""u8;
        if (text.Length < MinBytes || !text.Holds(start, 0)) return false;
        int at = start.Length;

        // Of a new ticker the general reader has to judge the whole record before it is entered.
        if (!tickers.TryFindShort(NameAt(text, at, out int length), out tick.TickerId)) return false;
        at += length;
        length = _minute.Read(text, at, out tick.EventMicros, out tick.Date);
        if (length == 0) length = ReadOtherMinute(text, at, ref tick);
        if (length == 0 || tick.EventMicros - record.ArrivalMicros > TickRules.MaxAheadMicros) return false;
        at += length;
        if (_minute.IsBar)
        {
            length = ReadOpenHighLow(text, at, ref tick);
            if (length == 0) return false;
            at += length;
        }

        length = UsualNumber.Read(text, at, out double close);
        at += length;
        // Past the record's end nothing more is looked at: what stands behind it reaches for one look.
        if (length == 0 || at >= text.Length) return false;
        tick.Close = close;
        if (!_minute.IsBar) tick.Open = tick.High = tick.Low = close;
        if (!TryReadVolume(text, ref at, ref tick) || !_run.TryReadToEnd(text, at, ref tick)) return false;

        tick.IgnoredValues = 0;
        tick.Fault = null;
        return true;
    }

    /// <summary>The bytes before the next quote, as <see cref="ShortNames"/> has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> NameAt(PaddedText text, int at, out int length)
    {
        Vector128<byte> name = text.Sixteen(at);
        length = BitOperations.TrailingZeroCount(Vector128.Equals(name, ShortNames.Filler).ExtractMostSignificantBits());
        return Vector128.ConditionalSelect(Vector128.LessThan(Vector128<sbyte>.Indices, Vector128.Create((sbyte)length)).AsByte(), name, ShortNames.Filler);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadOtherMinute(PaddedText text, int at, ref DecodedTick tick)
    {
        (_minute, _otherMinute) = (_otherMinute, _minute);
        int length = _minute.Read(text, at, out tick.EventMicros, out tick.Date);
        return length == 0 && _minute.TryRemember(text, at) ? _minute.Read(text, at, out tick.EventMicros, out tick.Date) : length;
    }

    /// <summary>From the first price to the close, which begins within the record.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadOpenHighLow(PaddedText text, int start, ref DecodedTick tick)
    {
        int at = start;
        return TryReadPrice(text, ref at, ",\"high\":"u8, out tick.Open) && TryReadPrice(text, ref at, ",\"low\":"u8, out tick.High)
            && TryReadPrice(text, ref at, ",\"close\":"u8, out tick.Low) ? at - start : 0;
    }

    /// <summary>A price and the name of the next one.</summary>
    private static bool TryReadPrice(PaddedText text, ref int at, ReadOnlySpan<byte> next, out double price)
    {
        int length = UsualNumber.Read(text, at, out price);
        at += length;
        // Zero is none, which the general reader fills in.
        if (length == 0 || price == 0 || at > text.Length || !text.Holds(next, at)) return false;
        at += next.Length;
        return at <= text.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadVolume(PaddedText text, ref int at, ref DecodedTick tick)
    {
        ReadOnlySpan<byte> name = ",\"volume\":"u8;
        tick.Volume = double.NaN;
        if (!text.Holds(name, at)) return true;
        int length = UsualNumber.Read(text, at + name.Length, out tick.Volume);
        at += name.Length + length;
        return length > 0 && at < text.Length;
    }
}
