using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>
/// Owns what an event time is in text. Ticks come in the order of their times, so that what belongs to a second, its two dates among it, is found
/// once for all of its ticks.
/// </summary>
internal struct EventClock(ExchangeCalendar calendar)
{
    /// <summary>Room that <see cref="WriteTimeOfDay"/> may ask for.</summary>
    public const int MaxBytes = 32;

    private const long MicrosPerSecond = 1_000_000;
    private const uint SecondsPerDay = 86_400;

    private long _secondStart = long.MinValue;
    private ulong _timeOfDay;
    private uint _fraction;

    /// <summary>Days since 1970 of the UTC date, rounded down.</summary>
    public int EventDay { get; private set; }

    /// <summary>The date in the exchange's time zone.</summary>
    public DateOnly TradeDay { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveTo(long micros)
    {
        // As unsigned numbers, times before the second are not within it either.
        if ((ulong)(micros - _secondStart) >= MicrosPerSecond) MoveToSecond(micros);
        _fraction = (uint)(micros - _secondStart);
    }

    // As Python's isoformat() of an aware UTC time, but milliseconds stay milliseconds: 14:30:00.123+00:00.
    /// <returns>Bytes that count, the closing quote among them; up to <see cref="MaxBytes"/> are written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int WriteTimeOfDay(Span<byte> target)
    {
        Digits.WriteWord(target, _timeOfDay);
        int length = "hh:mm:ss".Length;
        if (_fraction != 0)
        {
            // Of eight digits the last six, with the point before them.
            ulong digits = Digits.Eight(_fraction);
            Digits.WriteWord(target[length..], (Digits.ToText(digits >> 8) & ~0xFFUL) | '.');
            length += digits >> 40 == 0 ? ".fff".Length : ".ffffff".Length;
        }

        "+00:00\""u8.CopyTo(target[length..]);
        return length + "+00:00\"".Length;
    }

    private void MoveToSecond(long micros)
    {
        long second = FloorDivide(micros, MicrosPerSecond);
        EventDay = (int)FloorDivide(second, SecondsPerDay);
        TradeDay = calendar.DateOf(micros);
        _secondStart = second * MicrosPerSecond;
        uint seconds = (uint)(second - ((long)EventDay * SecondsPerDay));
        // The eight digits hhXmmXss, X being zeros that the colons take the place of.
        uint number = (seconds / 3600 * 1_000_000) + (seconds / 60 % 60 * 1000) + (seconds % 60);
        const ulong colons = 0x0000_FF00_00FF_0000;
        _timeOfDay = (Digits.ToText(Digits.Eight(number)) & ~colons) | (0x3A3A3A3A3A3A3A3A & colons);
    }

    private static long FloorDivide(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
