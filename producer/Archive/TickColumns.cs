using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>
/// Where a file keeps the fields of a tick. Ticker and date may come from the folders above it instead. Without
/// <see cref="Timestamp"/> the file holds daily bars, whose rows are ordered by their date.
/// </summary>
internal sealed record TickColumns(
    ParquetColumn? Ticker,
    string? PartitionTicker,
    ParquetColumn? Timestamp,
    ParquetColumn? Date,
    DateOnly? PartitionDate,
    ParquetColumn? Open,
    ParquetColumn? High,
    ParquetColumn? Low,
    ParquetColumn Close,
    ParquetColumn? Volume)
{
    public bool IsDaily => Timestamp is null;

    /// <summary>The column that orders the rows, or null for a daily file whose date is its folder's.</summary>
    public ParquetColumn? Order => Timestamp ?? Date;

    /// <summary>The field that the column is taken for, or null.</summary>
    public string? FieldOf(ParquetColumn column)
    {
        (ParquetColumn? Column, string Field)[] fields =
        [
            (Ticker, "ticker"), (Timestamp, "timestamp"), (Date, "date"), (Open, "open"), (High, "high"), (Low, "low"), (Close, "close"), (Volume, "volume"),
        ];
        return Array.Find(fields, field => field.Column == column).Field;
    }

    /// <exception cref="ParquetException">A needed column is missing or one cannot be what it is said to be.</exception>
    public static TickColumns Resolve(InputFile input, IReadOnlyList<ParquetColumn> columns, ColumnMap map)
    {
        string file = input.Path;
        ParquetColumn? Find(TickField field)
        {
            ParquetColumn? column = map.Find(file, columns, field);
            if (column is not null && ColumnTypes.Unusable(field, column) is { } reason)
                throw new ParquetException(file, $"column {column.Name} is {ColumnTypes.Describe(column)}: {reason}");
            return column;
        }

        ParquetColumn close = Find(TickField.Close) ?? throw new ParquetException(file, ColumnMap.Missing(columns, TickField.Close));
        ParquetColumn? ticker = Find(TickField.Ticker);
        string? partitionTicker = ticker is null ? Partition(input, TickField.Ticker) : null;
        if (ticker is null && partitionTicker is null) throw new ParquetException(file, ColumnMap.Missing(columns, TickField.Ticker));
        ParquetColumn? timestamp = Find(TickField.Timestamp);
        ParquetColumn? date = Find(TickField.Date);
        DateOnly? partitionDate = date is null ? PartitionDay(input) : null;
        if (timestamp is null && date is null && partitionDate is null)
            throw new ParquetException(file, ColumnMap.Missing(columns, TickField.Timestamp, TickField.Date));
        return new TickColumns(
            ticker, partitionTicker, timestamp, date, partitionDate,
            Find(TickField.Open), Find(TickField.High), Find(TickField.Low), close, Find(TickField.Volume));
    }

    private static string? Partition(InputFile input, TickField field)
        => input.Partitions.FirstOrDefault(part => ColumnMap.IsUsualName(field, part.Key)).Value;

    private static DateOnly? PartitionDay(InputFile input)
        => DateOnly.TryParseExact(Partition(input, TickField.Date), "yyyy-MM-dd", out DateOnly day) ? day : null;
}
