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
    /// <summary>No usual record is shorter, so that what stands up to the seconds need not be checked for room.</summary>
    private const int MinBytes = 84;

    private readonly UsualMinute _minute = new();

    // With what stands around it: ,"run":"0123456789ab","seq":
    private readonly byte[] _runText = new byte[TickRules.MaxRunBytes + 16];
    private int _runTextLength;
    private string? _run;

    /// <returns>False if the record is left to the general reader; <paramref name="tick"/> is anything then.</returns>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(in StreamRecord record, out DecodedTick tick)
    {
        Unsafe.SkipInit(out tick);
        ReadOnlySpan<byte> data = record.Data;
        ReadOnlySpan<byte> start = "{\"ticker\":\""u8;
        if (data.Length < MinBytes || !data.StartsWith(start)) return false;
        int at = start.Length;
        int length = ReadName(data[at..], out Vector128<byte> name);
        // Of a new ticker the general reader has to judge the whole record before it is entered.
        if (length == 0 || tickers.FindShort(name) is not { } ticker) return false;
        at += length;
        length = _minute.Read(data[at..], ref tick);
        if (length == 0 || tick.EventMicros - record.ArrivalMicros > BadRecordReasons.MaxAheadMicros) return false;
        at += length;
        bool isBar = data[at..].StartsWith("\"open\":"u8);
        if (isBar)
        {
            length = ReadOpenHighLow(data, at, ref tick);
            if (length == 0) return false;
            at += length;
        }

        length = ReadClose(data, at, ref tick);
        if (length == 0) return false;
        at += length;
        if (!isBar) tick.Open = tick.High = tick.Low = tick.Close;
        length = ReadVolume(data, at, ref tick);
        if (length < 0) return false;
        at += length;
        if (!ReadRun(data, at, ref tick)) return false;

        tick.SequenceNumber = record.SequenceNumber;
        tick.Fault = null;
        tick.Ticker = ticker;
        return true;
    }

    /// <param name="name">The name, and zeros after it.</param>
    /// <returns>How long it is, or 0: it holds something that needs a look, or is too long.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadName(ReadOnlySpan<byte> text, out Vector128<byte> name)
    {
        name = Vector128.Create(text);
        Vector128<byte> quotes = Vector128.Equals(name, Vector128.Create((byte)'"'));
        // As signed numbers, all bytes of other than ASCII lie below the blank too.
        Vector128<byte> odd = Vector128.LessThan(name.AsSByte(), Vector128.Create((sbyte)' ')).AsByte()
            | Vector128.Equals(name, Vector128.Create((byte)'\\'))
            | Vector128.Equals(name, Vector128.Create((byte)0x7F));
        uint ends = quotes.ExtractMostSignificantBits();
        int length = BitOperations.TrailingZeroCount(ends);
        name &= Vector128.LessThan(Vector128<sbyte>.Indices, Vector128.Create((sbyte)length)).AsByte();
        // Below the lowest quote.
        return ends != 0 && (odd.ExtractMostSignificantBits() & (ends - 1) & ~ends) == 0 ? length : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadOpenHighLow(ReadOnlySpan<byte> data, int start, ref DecodedTick tick)
    {
        int at = start;
        return ReadPrice(data, "\"open\":"u8, ref at, out tick.Open) && ReadPrice(data, "\"high\":"u8, ref at, out tick.High)
            && ReadPrice(data, "\"low\":"u8, ref at, out tick.Low) ? at - start : 0;
    }

    /// <summary>A price with its name before it and a comma behind it.</summary>
    private static bool ReadPrice(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, ref int at, out double price)
    {
        price = 0;
        if (!data[at..].StartsWith(name)) return false;
        int length = UsualNumber.Read(data, at + name.Length, out ulong number, out int decimals);
        at += name.Length + length + 1;
        return length > 0 && UsualNumber.IsPrice(number, decimals, out price) && at < data.Length && data[at - 1] == (byte)',';
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadClose(ReadOnlySpan<byte> data, int at, ref DecodedTick tick)
    {
        ReadOnlySpan<byte> name = "\"close\":"u8;
        if (!data[at..].StartsWith(name)) return 0;
        int length = UsualNumber.Read(data, at + name.Length, out ulong number, out int decimals);
        if (length == 0 || !UsualNumber.IsPrice(number, decimals, out tick.Close)) return 0;
        tick.ExactClose = UsualNumber.ExactPriceOf(number, decimals);
        return name.Length + length;
    }

    /// <returns>How long it is, 0 if there is none, or -1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadVolume(ReadOnlySpan<byte> data, int at, ref DecodedTick tick)
    {
        ReadOnlySpan<byte> name = ",\"volume\":"u8;
        tick.Volume = Tick.NoVolume;
        if (!data[at..].StartsWith(name)) return 0;
        int length = UsualNumber.ReadWhole(data, at + name.Length, out ulong number);
        tick.Volume = (long)number;
        return length > 0 ? name.Length + length : -1;
    }

    /// <summary>Run and counter, or neither, to the end of the record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadRun(ReadOnlySpan<byte> data, int at, ref DecodedTick tick)
    {
        if (data[^1] != (byte)'}') return false;
        int end = data.Length - 1;
        if (at == end)
        {
            (tick.Run, tick.Seq) = (null, 0);
            return true;
        }

        ReadOnlySpan<byte> text = data[at..];
        if ((_run is null || !text.StartsWith(_runText.AsSpan(0, _runTextLength))) && !TryRememberRun(text)) return false;
        // The place held a tick before, nearly always of the same run; to write a reference costs more than to compare it.
        if (!ReferenceEquals(tick.Run, _run)) tick.Run = _run;
        return UsualNumber.TryReadLast(data, at + _runTextLength, end, out tick.Seq);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRememberRun(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> start = ",\"run\":\""u8;
        ReadOnlySpan<byte> end = "\",\"seq\":"u8;
        if (!text.StartsWith(start)) return false;
        ReadOnlySpan<byte> rest = text[start.Length..];
        int length = rest.IndexOf((byte)'"');
        if (length is <= 0 or > TickRules.MaxRunBytes || !rest[length..].StartsWith(end)) return false;
        ReadOnlySpan<byte> id = rest[..length];
        if (id.Contains((byte)'\\') || id.ContainsAnyInRange((byte)0, (byte)0x1F) || runs.Find(id) is not { } run) return false;
        _run = run;
        _runTextLength = start.Length + length + end.Length;
        text[.._runTextLength].CopyTo(_runText);
        return true;
    }
}
