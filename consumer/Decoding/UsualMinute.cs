using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// Date and time as our producer writes them. Records of the same minute and day have the same text up to the seconds, and the same
/// offset: only where that changes it is read, by <see cref="IsoTime"/>.
/// </summary>
internal sealed class UsualMinute
{
    /// <summary>From the ticker's end to the seconds: <c>","date":"2024-01-02","timestamp":"2024-01-02T14:30</c>.</summary>
    private const int MinuteBytes = 51;

    /// <summary>What is looked at from the seconds on, however long the time is: it reaches at most to where the prices begin.</summary>
    private const int SecondsBytes = 18;

    private const long MicrosPerMinute = 60_000_000;

    // The text as two vectors that overlap, and the offset with what follows it: +00:00",
    private Vector256<byte> _start;
    private Vector256<byte> _end;
    private ulong _offset;
    private long _micros;
    private DateOnly _date;

    /// <summary>From the ticker's closing quote to the comma behind the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Read(ReadOnlySpan<byte> text, ref DecodedTick tick)
    {
        if (text.Length < MinuteBytes + SecondsBytes) return 0;
        ReadOnlySpan<byte> seconds = text.Slice(MinuteBytes, SecondsBytes);
        int length = ReadSeconds(seconds, out uint micros);
        if (length == 0) return 0;
        ReadOnlySpan<byte> offset = seconds.Slice(length, sizeof(ulong));
        if (!IsMinute(text, offset) && !TryRemember(text, offset)) return 0;
        tick.EventMicros = _micros + micros;
        tick.Date = _date;
        return MinuteBytes + length + offset.Length;
    }

    /// <summary><c>:05</c>, <c>:05.123</c> or <c>:05.123456</c>; seconds and microseconds are read as one number of eight digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsMinute(ReadOnlySpan<byte> text, ReadOnlySpan<byte> offset)
        => BinaryPrimitives.ReadUInt64LittleEndian(offset) == _offset
            && ((Vector256.Create(text) ^ _start) | (Vector256.Create(text[(MinuteBytes - Vector256<byte>.Count)..]) ^ _end)) == Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRemember(ReadOnlySpan<byte> text, ReadOnlySpan<byte> offset)
    {
        if (!text.StartsWith("\",\"date\":\""u8) || !text[20..].StartsWith("\",\"timestamp\":\""u8) || !offset.EndsWith("\","u8)) return false;
        Span<byte> start = stackalloc byte[25];
        text.Slice(35, 16).CopyTo(start);
        ":00"u8.CopyTo(start[16..]);
        offset[..6].CopyTo(start[19..]);
        if (!IsoTime.TryParseDate(text.Slice(10, 10), out DateOnly date) || !IsoTime.TryParse(start, out long micros)) return false;
        (_start, _end) = (Vector256.Create(text), Vector256.Create(text[(MinuteBytes - Vector256<byte>.Count)..]));
        (_offset, _micros, _date) = (BinaryPrimitives.ReadUInt64LittleEndian(offset), micros, date);
        return true;
    }
}
