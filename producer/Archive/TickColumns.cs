using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Where a file keeps the fields of a tick, or of one ticker's ticks.</summary>
/// <param name="FixedTicker">Of all rows, where no column has it.</param>
/// <param name="Part">Place among the tickers of a file that has columns for each; null for other files.</param>
internal sealed record TickColumns(
    ParquetColumn? Ticker,
    string? FixedTicker,
    TimeColumns Times,
    ParquetColumn? Open,
    ParquetColumn? High,
    ParquetColumn? Low,
    ParquetColumn Close,
    ParquetColumn? Volume,
    int? Part = null)
{
    /// <summary>The user said the ticker.</summary>
    public bool IsTickerGiven { get; init; }

    /// <summary>The field that the column is taken for, or null.</summary>
    public string? FieldOf(ParquetColumn column)
    {
        (ParquetColumn? Column, string Field)[] fields =
        [
            (Ticker, "ticker"), (Times.Date, "date"), (Times.Time, "timestamp"),
            (Open, "open"), (High, "high"), (Low, "low"), (Close, "close"), (Volume, "volume"),
        ];
        string? name = Array.Find(fields, field => field.Column == column).Field;
        return name is null or "date" or "timestamp" || Part is null ? name : $"{name} of {FixedTicker}";
    }
}
