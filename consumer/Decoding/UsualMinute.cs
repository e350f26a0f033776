using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// Date and time as our producer writes them, and the name of the first price behind them. From record to record all of it stays but the digits
/// of seconds and fraction, which are read here; all else is compared with what was remembered of another record.
/// </summary>
internal sealed class UsualMinute
{
    /// <summary>From the ticker's end to the seconds: <c>","date":"2024-01-02","timestamp":"2024-01-02T14:30</c>.</summary>
    private const int MinuteBytes = 51;

    private const int OffsetBytes = 6;
    private const int LongestFraction = 6;

    /// <summary>Where <see cref="UsualNumber"/> finds a zero.</summary>
    private const byte NoPlace = 0x80;

    // The text of the minute as two vectors that overlap.
    private Vector256<byte> _start;
    private Vector256<byte> _end;

    // What follows: :05.123+00:00","close": with zeros for its digits. Each byte may differ from it by so much: a digit by 9, the rest by nothing.
    private Vector256<byte> _rest;
    private Vector256<byte> _limits;

    // Where two digits of the second and six of its fraction are.
    private Vector128<byte> _places;
    private int _length;
    private long _micros;
    private DateOnly? _date;

    /// <summary>The first price is <c>open</c>, else <c>close</c>.</summary>
    public bool IsBar { get; private set; }

    /// <summary>From the ticker's closing quote to the first price.</summary>
    /// <returns>How long that is, at most 78, even if the record is shorter; or 0: it is another minute, or written otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(PaddedText text, int at, out long micros, out DateOnly? date)
    {
        Vector256<byte> rest = text.ThirtyTwo(at + MinuteBytes) ^ _rest;
        if (!IsRemembered(text, at, rest))
        {
            (micros, date) = (0, null);
            return 0;
        }

        micros = _micros + UsualNumber.ValueOfEight(Vector128.ShuffleNative(rest.GetLower(), _places));
        date = _date;
        return _length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsRemembered(PaddedText text, int at, Vector256<byte> rest)
        => ((text.ThirtyTwo(at) ^ _start) | (text.ThirtyTwo(at + MinuteBytes - Vector256<byte>.Count) ^ _end) | (Vector256.Min(rest, _limits) ^ rest)) == Vector256<byte>.Zero;

    /// <summary>Reads all of it with <see cref="IsoTime"/>, to be compared with from now on.</summary>
    /// <returns>False if it is written otherwise.</returns>
    public bool TryRemember(PaddedText text, int at)
    {
        ReadOnlySpan<byte> minute = text.Span(at, MinuteBytes);
        ReadOnlySpan<byte> rest = text.Span(at + MinuteBytes, Vector256<byte>.Count);
        int fraction = rest[3] != (byte)'.' ? 0 : char.IsAsciiDigit((char)rest[7]) ? LongestFraction : 3;
        int offsetAt = fraction == 0 ? 3 : 4 + fraction;
        ReadOnlySpan<byte> offset = rest.Slice(offsetAt, OffsetBytes);
        ReadOnlySpan<byte> name = rest[(offsetAt + OffsetBytes)..];
        bool isBar = name.StartsWith("\",\"open\":"u8);
        if (!isBar && !name.StartsWith("\",\"close\":"u8)) return false;
        if (rest[0] != (byte)':' || !minute.StartsWith("\",\"date\":\""u8) || !minute[20..].StartsWith("\",\"timestamp\":\""u8)) return false;
        Span<byte> start = stackalloc byte["2024-01-02T14:30:00+00:00".Length];
        minute[35..].CopyTo(start);
        ":00"u8.CopyTo(start[16..]);
        offset.CopyTo(start[19..]);
        if (!IsoTime.TryParseDate(minute.Slice(10, 10), out DateOnly date) || !IsoTime.TryParse(start, out long micros)) return false;
        int length = offsetAt + OffsetBytes + (isBar ? "\",\"open\":" : "\",\"close\":").Length;
        (_start, _end) = (Vector256.Create(minute), Vector256.Create(minute[^Vector256<byte>.Count..]));
        (_length, _micros, _date, IsBar) = (MinuteBytes + length, micros, date, isBar);
        RememberRest(rest[..length], fraction);
        return true;
    }

    private void RememberRest(ReadOnlySpan<byte> rest, int fraction)
    {
        Span<byte> places = stackalloc byte[Vector128<byte>.Count];
        places.Fill(NoPlace);
        (places[0], places[1]) = (1, 2);
        for (int i = 0; i < fraction; i++) places[2 + i] = (byte)(4 + i);
        _places = Vector128.Create<byte>(places);

        Span<byte> expected = stackalloc byte[Vector256<byte>.Count];
        Span<byte> limits = stackalloc byte[Vector256<byte>.Count];
        limits.Fill(byte.MaxValue);
        rest.CopyTo(expected);
        limits[..rest.Length].Clear();
        foreach (byte place in places[..(2 + fraction)]) (expected[place], limits[place]) = ((byte)'0', 9);
        // A sixtieth second is for the general reader to judge.
        limits[1] = 5;
        (_rest, _limits) = (Vector256.Create<byte>(expected), Vector256.Create<byte>(limits));
    }
}
