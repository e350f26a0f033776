namespace Streaming.Consumer.Decoding;

/// <summary>Why a record goes to quarantine, as it is written beside its bytes.</summary>
public static class BadRecordReasons
{
    public const string NotJson = "not a JSON object in UTF-8";
    public const string NoTicker = "ticker is missing, empty or not text";
    public const string TickerTooLong = "ticker is longer than 64 bytes of UTF-8";
    public const string TickerControl = "ticker holds a control character";
    public const string TooManyTickers = "the shard has as many tickers as one shard may have";
    public const string Misrouted = "the ticker belongs to another shard: the partition key must be the ticker";
    public const string NoTimestamp = "timestamp is missing or not text";
    public const string BadTimestamp = "timestamp is not an ISO 8601 date-time";
    public const string AheadOfArrival = "timestamp lies more than a day after the record's arrival";
    public const string BadDate = "date is not a yyyy-MM-dd day";
    public const string NoClose = "close is missing or not a number";
    public const string BadClose = "close is not a price: zero, or from 1e-27 to 1e12 in magnitude";

    /// <summary><see cref="NotJson"/>, and what the record is instead where that can be seen.</summary>
    public static string NotJsonBut(ReadOnlySpan<byte> data) => RecordShape.Of(data) is { } shape ? $"{NotJson}: {shape}" : NotJson;

    /// <summary>Characters of an exception's message that are kept.</summary>
    private const int MaxMessageLength = 300;

    /// <summary>The consumer itself has a bug that this record brings out.</summary>
    public static string ConsumerFailed(Exception failure)
    {
        string message = failure.Message;
        return $"the consumer failed on it: {failure.GetType().FullName}: {(message.Length <= MaxMessageLength ? message : message[..MaxMessageLength])}";
    }
}
