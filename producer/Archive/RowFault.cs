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
    NotAPrice,
    NotAVolume,
    NotATime,
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

/// <summary>Why a row is refused: the first field that is wrong, and how.</summary>
internal readonly record struct RowFault(TickField Field, FaultKind Kind)
{
    public bool IsNone => Kind == FaultKind.None;

    /// <summary>Something is wrong with one of the rows; that nothing is, is all zeros.</summary>
    public static bool IsAny(ReadOnlySpan<RowFault> faults) => MemoryMarshal.AsBytes(faults).ContainsAnyExcept((byte)0);

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
            FaultKind.NotAPrice => $"{field} is not a price from {TickRules.MinPrice:G} to {TickRules.MaxPrice:G}",
            FaultKind.NotAVolume => $"{field} is not a whole number from 0 to {long.MaxValue}",
            FaultKind.NotATime => $"{field} is not an ISO 8601 time or epoch",
            FaultKind.NotADate => $"{field} is not a date (yyyy-MM-dd)",
            FaultKind.TimeOfDayInDate => $"{field} holds a time of day: if it is the event time, say --columns timestamp=<its name>",
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
}
