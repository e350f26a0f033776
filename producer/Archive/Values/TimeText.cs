using System.Globalization;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive.Values;

/// <summary>
/// Times and dates as text: ISO 8601, also with <c>/</c>, <c>.</c> or nothing between year, month and day; or a number: yyyymmdd,
/// yyyymmddhhmmss, an epoch of 10, 13, 16 or 19 digits. The year comes first: nothing that depends on a country is read.
/// </summary>
internal static class TimeText
{
    private const int DayLength = 10;

    /// <param name="input">Zone of times without one.</param>
    public static FaultKind Read(ReadOnlySpan<byte> text, ZoneClock input, out Moment moment)
    {
        moment = default;
        if (text.IsEmpty) return FaultKind.NotATime;
        if (TryNumber(text, out long whole, out int nanos)) return Epoch.Read(whole, nanos, input, out moment);
        Span<byte> buffer = stackalloc byte[128];
        ReadOnlySpan<byte> iso = WithDashes(text, buffer);
        if (IsoTime.TryParseDate(iso, out DateOnly date))
        {
            moment = Moment.OfDate(TradeDate.DaysSince1970(date) * EventTime.MicrosPerDay);
            return FaultKind.None;
        }

        if (!IsoTime.TryParseWritten(iso, out long written, out int? offsetMinutes)) return ReadScientific(text, input, out moment);
        if (offsetMinutes is not { } offset) return Moment.OfLocal(written, input, out moment);
        moment = new Moment(written, written - (offset * 60 * EventTime.MicrosPerSecond), MomentForm.Instant);
        return FaultKind.None;
    }

    // Digits and perhaps decimals. Other lengths are no time: 93000 without a date says nothing.
    private static bool TryNumber(ReadOnlySpan<byte> text, out long whole, out int nanos)
    {
        (whole, nanos) = (0, 0);
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> digits = point < 0 ? text : text[..point];
        if (digits.Length is not (8 or 10 or 12 or 13 or 14 or 16 or 17 or 19)) return false;
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') || !long.TryParse(digits, out whole)) return false;
        if (point < 0) return true;
        ReadOnlySpan<byte> decimals = text[(point + 1)..];
        if (decimals.IsEmpty || decimals.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        for (int i = 0; i < 9; i++) nanos = (nanos * 10) + (i < decimals.Length ? decimals[i] - '0' : 0);
        return true;
    }

    // 1.70420760125E9 is how some tools write an epoch that is a double.
    private static FaultKind ReadScientific(ReadOnlySpan<byte> text, ZoneClock input, out Moment moment)
    {
        moment = default;
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isNumber = double.TryParse(text, style, CultureInfo.InvariantCulture, out double number);
        return isNumber && text.ContainsAny((byte)'e', (byte)'E') ? Epoch.Read(number, input, out moment) : FaultKind.NotATime;
    }

    // yyyy/mm/dd, yyyy.mm.dd and yyyymmdd as yyyy-mm-dd, with whatever follows.
    private static ReadOnlySpan<byte> WithDashes(ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        if (text.Length < 8 || text.Length > 48 || text[4] == '-') return text;
        bool isCompact = char.IsAsciiDigit((char)text[4]);
        if (!isCompact && !(text[4] is (byte)'/' or (byte)'.' && text[7] == text[4])) return text;
        text[..4].CopyTo(buffer);
        text.Slice(isCompact ? 4 : 5, 2).CopyTo(buffer[5..]);
        text.Slice(isCompact ? 6 : 8, Math.Min(2, text.Length - 8)).CopyTo(buffer[8..]);
        buffer[4] = buffer[7] = (byte)'-';
        ReadOnlySpan<byte> time = text[(isCompact ? 8 : Math.Min(DayLength, text.Length))..];
        if (isCompact && time.Length >= 7 && !time[1..7].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            time = WithColons(time, buffer[(DayLength + 8)..]);
        time.CopyTo(buffer[DayLength..]);
        return buffer[..(DayLength + time.Length)];
    }

    // 093000 behind the blank as 09:30:00.
    private static Span<byte> WithColons(ReadOnlySpan<byte> time, Span<byte> buffer)
    {
        time[..3].CopyTo(buffer);
        time.Slice(3, 2).CopyTo(buffer[4..]);
        time[5..].CopyTo(buffer[7..]);
        buffer[3] = buffer[6] = (byte)':';
        return buffer[..(time.Length + 2)];
    }
}
