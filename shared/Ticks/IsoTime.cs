using System.Text;

namespace Streaming.Shared.Ticks;

/// <summary>
/// ISO 8601 times as market data has them: <c>2024-01-02T15:04:05.123456+00:00</c>. A blank may stand for the <c>T</c>, seconds may
/// be missing; <c>Z</c>, <c>+01:00</c>, <c>-0500</c> or <c>-05</c> is the offset, without one the time is UTC. Digits finer than a
/// microsecond are cut off, so that a time never moves into the next window.
/// </summary>
public static class IsoTime
{
    private const long MicrosPerSecond = 1_000_000;

    private static readonly int EpochDay = new DateOnly(1970, 1, 1).DayNumber;
    private static readonly long MinSeconds = (DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
    private static readonly long MaxSeconds = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;

    /// <summary>The UTC time of microseconds since 1970; exact, which <see cref="DateTime.AddMicroseconds"/> with its double is not.</summary>
    public static DateTime ToDateTime(long micros) => DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>UTC microseconds since 1970, cut to whole ones.</summary>
    public static long ToMicros(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>UTC microseconds since 1970 of a time in the years 1 to 9999.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        if (!TryParseWritten(text, out micros, out int? offsetMinutes)) return false;
        micros -= offsetMinutes.GetValueOrDefault() * 60 * MicrosPerSecond;
        return micros >= MinSeconds * MicrosPerSecond && micros < (MaxSeconds + 1) * MicrosPerSecond;
    }

    /// <summary>What a clock in the text's own offset shows, as microseconds since 1970 there, and that offset; null without one.</summary>
    public static bool TryParseWritten(ReadOnlySpan<byte> text, out long micros, out int? offsetMinutes)
    {
        micros = 0;
        offsetMinutes = null;
        var rest = new Scanner(text);
        if (!TryDay(ref rest, out long days) || !rest.SkipAny(" T"u8)) return false;
        if (!rest.Digits(2, out int hour) || hour > 23 || !rest.Skip(':') || !rest.Digits(2, out int minute) || minute > 59) return false;
        int second = 0;
        long fraction = 0;
        if (rest.Skip(':'))
        {
            if (!rest.Digits(2, out second) || second > 59) return false;
            if (rest.Skip('.') && !rest.Fraction(out fraction)) return false;
        }

        if (!TryOffset(ref rest, out offsetMinutes) || !rest.AtEnd) return false;
        micros = (((days * 86_400) + (hour * 3600) + (minute * 60) + second) * MicrosPerSecond) + fraction;
        return true;
    }

    /// <summary>A time as people type it: as above, or a date, which is its midnight in UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        bool isTime = TryParse(utf8, out long micros), isDate = TryParseDate(utf8, out DateOnly date);
        time = isDate ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : new DateTimeOffset(ToDateTime(micros));
        return isTime || isDate;
    }

    /// <summary><c>yyyy-MM-dd</c>, a day of the calendar.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        var rest = new Scanner(text);
        if (!TryDay(ref rest, out long days) || !rest.AtEnd) return false;
        date = DateOnly.FromDayNumber((int)days + EpochDay);
        return true;
    }

    private static bool TryDay(ref Scanner rest, out long days)
    {
        days = 0;
        if (!rest.Digits(4, out int year) || !rest.Skip('-') || !rest.Digits(2, out int month) || !rest.Skip('-') || !rest.Digits(2, out int day))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        days = new DateOnly(year, month, day).DayNumber - EpochDay;
        return true;
    }

    private static bool TryOffset(ref Scanner rest, out int? minutes)
    {
        minutes = null;
        if (rest.AtEnd) return true;
        minutes = 0;
        if (rest.Skip('Z')) return true;
        bool west = rest.Skip('-');
        if (!west && !rest.Skip('+')) return false;
        if (!rest.Digits(2, out int hour) || hour > 18) return false;
        int minute = 0;
        if (!rest.AtEnd)
        {
            rest.Skip(':');
            if (!rest.Digits(2, out minute) || minute > 59) return false;
        }

        minutes = ((hour * 60) + minute) * (west ? -1 : 1);
        return true;
    }

    private ref struct Scanner(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        public readonly bool AtEnd => _rest.IsEmpty;

        public bool Skip(char c) => SkipAny([(byte)c]);

        public bool SkipAny(scoped ReadOnlySpan<byte> choices)
        {
            if (_rest.IsEmpty || !choices.Contains(_rest[0])) return false;
            _rest = _rest[1..];
            return true;
        }

        public bool Digits(int count, out int value)
        {
            value = 0;
            if (_rest.Length < count) return false;
            foreach (byte digit in _rest[..count])
            {
                if (!char.IsAsciiDigit((char)digit)) return false;
                value = (value * 10) + (digit - '0');
            }

            _rest = _rest[count..];
            return true;
        }

        // Beyond microseconds the digits are cut, not rounded, so that 59.9999999 stays in its minute.
        public bool Fraction(out long micros)
        {
            micros = 0;
            int digits = 0;
            for (; digits < _rest.Length && char.IsAsciiDigit((char)_rest[digits]); digits++)
            {
                if (digits < 6) micros = (micros * 10) + (_rest[digits] - '0');
            }

            if (digits is 0 or > 9) return false;
            for (int missing = digits; missing < 6; missing++) micros *= 10;
            _rest = _rest[digits..];
            return true;
        }
    }
}
