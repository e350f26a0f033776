using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>From the ticker's end to the seconds: <c>","date":"2024-01-02","timestamp":"2024-01-02T14:30</c>.</summary>
    private const int MinuteBytes = 51;

    /// <summary>What is looked at from the seconds on, whatever the time's length: to where the prices begin, and more stands there.</summary>
    private const int SecondsBytes = 18;

    private const int MaxDigits = 15;
    private const long MicrosPerMinute = 60_000_000;

    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, ExactPrice.Scale + 1).Select(n => Math.Pow(10, n))];

    private static readonly ulong[] UnitsOfDecimals = [.. PowersOfTen.Select(power => (ulong)(PowersOfTen[ExactPrice.Scale] / power))];

    // The minute's text as two vectors that overlap, and the offset with what follows it: +00:00",
    private Vector256<byte> _minuteStart;
    private Vector256<byte> _minuteEnd;
    private ulong _offset;
    private long _minuteMicros;
    private DateOnly _date;

    // With what stands around it: ,"run":"0123456789ab","seq":
    private byte[] _runText = [0];
    private string _run = "";

    /// <returns>False if the record is left to the general reader; <paramref name="tick"/> is anything then.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryRead(in StreamRecord record, out DecodedTick tick)
    {
        Unsafe.SkipInit(out tick);
        ReadOnlySpan<byte> data = record.Data;
        ReadOnlySpan<byte> start = "{\"ticker\":\""u8;
        if (data.Length < MinBytes || !data.StartsWith(start)) return false;
        int at = start.Length;
        int length = ReadName(data[at..], out Vector128<byte> name);
        if (length == 0) return false;
        at += length;
        length = ReadTime(data[at..], ref tick);
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

        // Last, as the general reader does, which also enters a ticker that is new.
        if (tickers.FindShort(name) is not { } state) return false;
        tick.SequenceNumber = record.SequenceNumber;
        tick.Fault = null;
        tick.Ticker = state;
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

    /// <summary>From the ticker's closing quote to the comma behind the time.</summary>
    private int ReadTime(ReadOnlySpan<byte> text, ref DecodedTick tick)
    {
        if (text.Length < MinuteBytes + SecondsBytes) return 0;
        ReadOnlySpan<byte> seconds = text.Slice(MinuteBytes, SecondsBytes);
        int length = ReadSeconds(seconds, out uint micros);
        if (length == 0) return 0;
        ReadOnlySpan<byte> offset = seconds.Slice(length, sizeof(ulong));
        if (!IsMinute(text, offset) && !TryRemember(text, offset)) return 0;
        tick.EventMicros = _minuteMicros + micros;
        tick.Date = _date;
        return MinuteBytes + length + offset.Length;
    }

    /// <summary><c>:05</c>, <c>:05.123</c> or <c>:05.123456</c>; seconds and microseconds are read as one number of eight digits.</summary>
    private static int ReadSeconds(ReadOnlySpan<byte> text, out uint micros)
    {
        ulong digits = BinaryPrimitives.ReadUInt16LittleEndian(text[1..]);
        ulong fraction = BinaryPrimitives.ReadUInt64LittleEndian(text[4..]) << 16;
        int length;
        if (text[3] != (byte)'.')
        {
            digits |= EightDigits.Zeros << 16;
            length = 3;
        }
        else if (char.IsAsciiDigit((char)text[7]))
        {
            digits |= fraction;
            length = 10;
        }
        else
        {
            digits |= (fraction & 0xFF_FFFF_FFFF) | (EightDigits.Zeros << 40);
            length = 7;
        }

        return EightDigits.TryParse(digits, out micros) && micros < MicrosPerMinute && text[0] == (byte)':' ? length : 0;
    }

    private bool IsMinute(ReadOnlySpan<byte> text, ReadOnlySpan<byte> offset)
        => BinaryPrimitives.ReadUInt64LittleEndian(offset) == _offset
            && ((Vector256.Create(text) ^ _minuteStart) | (Vector256.Create(text[(MinuteBytes - Vector256<byte>.Count)..]) ^ _minuteEnd)) == Vector256<byte>.Zero;

    private bool TryRemember(ReadOnlySpan<byte> text, ReadOnlySpan<byte> offset)
    {
        if (!text.StartsWith("\",\"date\":\""u8) || !text[20..].StartsWith("\",\"timestamp\":\""u8) || !offset.EndsWith("\","u8)) return false;
        ReadOnlySpan<byte> start = [.. text.Slice(35, 16), .. ":00"u8, .. offset[..6]];
        if (!IsoTime.TryParseDate(text.Slice(10, 10), out DateOnly date) || !IsoTime.TryParse(start, out long micros)) return false;
        (_minuteStart, _minuteEnd) = (Vector256.Create(text), Vector256.Create(text[(MinuteBytes - Vector256<byte>.Count)..]));
        (_offset, _minuteMicros, _date) = (BinaryPrimitives.ReadUInt64LittleEndian(offset), micros, date);
        return true;
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
        int length = ReadNumber(data, at + name.Length, out ulong number, out int decimals);
        at += name.Length + length + 1;
        return length > 0 && TryScale(number, decimals, out price) && at < data.Length && data[at - 1] == (byte)',';
    }

    private static int ReadClose(ReadOnlySpan<byte> data, int at, ref DecodedTick tick)
    {
        ReadOnlySpan<byte> name = "\"close\":"u8;
        if (!data[at..].StartsWith(name)) return 0;
        int length = ReadNumber(data, at + name.Length, out ulong number, out int decimals);
        if (length == 0 || !TryScale(number, decimals, out tick.Close)) return 0;
        tick.ExactClose = new Int128(Math.BigMul(number, UnitsOfDecimals[decimals], out ulong low), low);
        return name.Length + length;
    }

    // Fifteen digits and powers of ten so small are doubles themselves: their quotient is rounded once, as the nearest double is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryScale(ulong number, int decimals, out double price)
    {
        price = decimals <= ExactPrice.Scale ? (long)number / PowersOfTen[decimals] : 0;
        return TickRules.IsPrice(price);
    }

    /// <returns>How long it is, 0 if there is none, or -1.</returns>
    private static int ReadVolume(ReadOnlySpan<byte> data, int at, ref DecodedTick tick)
    {
        ReadOnlySpan<byte> name = ",\"volume\":"u8;
        tick.Volume = Tick.NoVolume;
        if (!data[at..].StartsWith(name)) return 0;
        int length = ReadNumber(data, at + name.Length, out ulong number, out int decimals);
        tick.Volume = (long)number;
        return length > 0 && decimals == 0 ? name.Length + length : -1;
    }

    /// <summary>Run and counter, or neither, to the end of the record.</summary>
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
        if (!text.StartsWith(_runText) && !TryRememberRun(text)) return false;
        at += _runText.Length;
        if (end - at is <= 0 or > MaxDigits || (data[at] == (byte)'0' && end - at > 1)) return false;

        // What stands before the number is made zeros.
        Vector128<byte> digits = Vector128.Create(data[(end - Vector128<byte>.Count)..]) - Vector128.Create((byte)'0');
        digits &= Vector128.GreaterThan(Vector128<sbyte>.Indices, Vector128.Create((sbyte)(Vector128<byte>.Count - 1 - (end - at)))).AsByte();
        (tick.Run, tick.Seq) = (_run, (long)ValueOf(digits));
        return !Vector128.GreaterThanAny(digits, Vector128.Create((byte)9));
    }

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
        _runText = [.. start, .. id, .. end];
        return true;
    }

    /// <summary>Digits, with a point between two of them or without.</summary>
    /// <returns>How long the number is, or 0: it is too long, or written otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadNumber(ReadOnlySpan<byte> data, int at, out ulong number, out int decimals)
    {
        Vector128<byte> text = Window(data, at);
        Vector128<byte> digits = text - Vector128.Create((byte)'0');
        uint ends = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        int whole = BitOperations.TrailingZeroCount(ends);
        int length = whole;
        int count = whole;
        if (((Vector128.Equals(text, Vector128.Create((byte)'.')).ExtractMostSignificantBits() >> whole) & 1) != 0)
        {
            length = BitOperations.TrailingZeroCount(ends & (ends - 1));
            count = length - 1;
        }

        // The digits are moved to the vector's end, over the point. A place before the first one is below zero, which gives a zero.
        Vector128<sbyte> from = Vector128<sbyte>.Indices - Vector128.Create((sbyte)(Vector128<byte>.Count - count));
        from -= Vector128.GreaterThan(from, Vector128.Create((sbyte)(whole - 1)));
        number = ValueOf(Vector128.ShuffleNative(digits, from.AsByte()));
        decimals = count - whole;
        bool isUsual = whole > 0 && length < Vector128<byte>.Count && (length == whole || decimals > 0) && (whole == 1 || data[at] != (byte)'0');
        return isUsual ? length : 0;
    }

    /// <summary>The bytes from <paramref name="at"/> on; zeros past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Window(ReadOnlySpan<byte> data, int at)
    {
        int missing = at + Vector128<byte>.Count - data.Length;
        if (missing <= 0) return Vector128.Create(data[at..]);
        return Vector128.Shuffle(Vector128.Create(data[^Vector128<byte>.Count..]), Vector128<byte>.Indices + Vector128.Create((byte)missing));
    }

    /// <summary>The number of sixteen digits: pairs of them, then fours, then eights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ValueOf(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            Vector128<short> twos = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((ushort)0x010A).AsSByte());
            Vector128<int> quads = Sse2.MultiplyAddAdjacent(twos, Vector128.Create(0x0001_0064).AsInt16());
            Vector128<int> both = Sse2.MultiplyAddAdjacent(Sse41.PackUnsignedSaturate(quads, quads).AsInt16(), Vector128.Create(0x0001_2710).AsInt16());
            ulong word = both.AsUInt64()[0];
            return ((uint)word * EightDigits.Power) + (word >> 32);
        }

        Vector128<ushort> pairs = digits.AsUInt16();
        pairs = ((pairs * 10) + (pairs >>> 8)) & Vector128.Create((ushort)0xFF);
        Vector128<uint> fours = ((pairs * 100).AsUInt32() + (pairs.AsUInt32() >>> 16)) & Vector128.Create(0xFFFFU);
        const ulong eights = (10_000UL << 32) + 1;
        return (((fours.AsUInt64()[0] * eights) >> 32) * EightDigits.Power) + ((fours.AsUInt64()[1] * eights) >> 32);
    }
}
