using System.Runtime.InteropServices;
using Streaming.Producer.Archive.Csv;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>Fields of a tick, as the JSON record names them.</summary>
internal enum TickField : byte
{
    Ticker,
    Timestamp,
    Date,
    Open,
    High,
    Low,
    Close,
    Volume,
}

internal enum FaultKind : byte
{
    None,
    Missing,
    Empty,
    TooLong,
    ControlCharacter,
    NotUtf8,
    NotANumber,
    Zero,
    NotAPrice,
    NotAVolume,
    NotATime,
    NotAnEpoch,
    NotATimeOfDay,
    SkippedByClocks,
    FarFromDate,
    NotADate,
    TimeOfDayInDate,
    BeforeYearOne,
    TooFarAhead,
    TooFewFields,
    TooManyFields,
    BadQuote,
    NulByte,
    LineTooLong,
}

/// <summary>Why a row is refused, by the first field that is wrong, or a value ignored.</summary>
/// <param name="Value">What the row has, for the kinds whose message shows it.</param>
internal readonly record struct RowFault(TickField Field, FaultKind Kind, long Value = 0)
{
    public bool IsNone => Kind == FaultKind.None;

    /// <summary>The row cannot be split into fields, so that it has no values at all.</summary>
    public bool IsOfWholeRow => Kind is >= FaultKind.TooFewFields and <= FaultKind.LineTooLong;

    /// <summary>Something is wrong with one of the rows; that nothing is, is all zeros.</summary>
    public static bool IsAny(ReadOnlySpan<RowFault> faults) => MemoryMarshal.AsBytes(faults).ContainsAnyExcept((byte)0);

    /// <summary>The same for all rows of this fault: without the row's value.</summary>
    public RowFault Reason => this with { Value = 0 };

    public override string ToString()
    {
#pragma warning disable CA1308 // The contract's field names are lower case.
        string field = Field.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        return Kind switch
        {
            FaultKind.Missing => $"{field} is missing",
            FaultKind.Empty => $"{field} is empty",
            FaultKind.TooLong => $"{field} is longer than {TickRules.MaxTickerBytes} bytes",
            FaultKind.ControlCharacter => $"{field} holds a control character",
            FaultKind.NotUtf8 => $"{field} is not UTF-8",
            FaultKind.NotANumber => $"{field} is not a number",
            FaultKind.Zero => $"{field} is zero",
            FaultKind.NotAPrice => $"{field} is not a price: zero, or from {TickRules.MinMagnitude:G} to {TickRules.MaxPrice:G} in magnitude",
            FaultKind.NotAVolume => $"{field} is not a volume: zero, or from {TickRules.MinMagnitude:G} to {TickRules.MaxVolume:G}",
            FaultKind.NotATime => $"{field} is not an ISO 8601 time or epoch",
            FaultKind.NotAnEpoch => $"{field}{Shown} is not an epoch of the years 1971 to 2100",
            FaultKind.NotATimeOfDay => $"{field} is not a time of day (hh:mm:ss or hhmmss)",
            FaultKind.SkippedByClocks => $"{field} does not exist in the input's time zone: its clocks skip that hour (--input-time-zone)",
            FaultKind.FarFromDate => $"{field}{Shown} is an epoch more than a week away from the row's date",
            FaultKind.NotADate => $"{field} is not a date (yyyy-MM-dd)",
            FaultKind.TimeOfDayInDate => $"{field} holds a time of day: use --column timestamp=NAME if it is the event time, "
                + "--time-zone if it is midnight elsewhere",
            FaultKind.BeforeYearOne => $"{field} lies before the year 1",
            FaultKind.TooFarAhead => $"{field} lies more than a day ahead of now",
            FaultKind.TooFewFields => "the row has fewer fields than the header",
            FaultKind.TooManyFields => "the row has more fields than the header",
            FaultKind.BadQuote => "the row has a quote that is not closed, or one inside a field that is not quoted",
            FaultKind.NulByte => "the row holds a NUL byte",
            FaultKind.LineTooLong => $"the row is longer than {CsvRecords.MaxRecordBytes} bytes",
            _ => "nothing is wrong",
        };
    }

    private string Shown => Value == 0 ? "" : $" {Value}";
}

/// <summary>A value that is there and not usable; without it the row counts.</summary>
/// <param name="Row">Index into the batch.</param>
internal readonly record struct IgnoredValue(int Row, RowFault Fault);
