using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Owns which columns of a file are the fields of its ticks, and what is said where one is missing.</summary>
/// <param name="mayBeDaily">False if other files show that a column of midnights has times.</param>
internal sealed class ColumnResolver(InputFile input, IHistoryFile file, ArchiveReading reading, bool mayBeDaily)
{
    private readonly ColumnMap _map = reading.Hints.Columns;
    private readonly List<string> _missing = [];

    /// <summary>One, or one for each ticker where each has columns of its own.</summary>
    /// <exception cref="ParquetException">A needed column is missing, or one cannot be what the user says.</exception>
    public IReadOnlyList<TickColumns> Resolve()
    {
        ParquetColumn? ticker = Find(TickField.Ticker, out UnusableColumn? noTicker);
        string? folderTicker = ticker is null ? ColumnNames.Folder(input, TickField.Ticker) : null;
        string? givenTicker = ticker is null && folderTicker is null ? reading.Hints.TickerOf(input.Path) : null;
        ParquetColumn? close = Find(TickField.Close, out UnusableColumn? noClose);
        TimeColumns? times = new TimeResolver(input, file, reading, mayBeDaily).Resolve(out UnusableColumn? noTime);
        bool isTickerKnown = (ticker ?? (object?)folderTicker ?? givenTicker) is not null;
        IReadOnlyList<ColumnGroup> groups = close is null ? ColumnGroup.Of(file.Columns, isTickerKnown) : [];

        if (!isTickerKnown && groups.Count == 0) Miss(noTicker, TickField.Ticker);
        if (times is null) Miss(noTime, TickField.Timestamp, TickField.Date);
        if (close is null && groups.Count == 0) Miss(noClose, TickField.Close);
        if (_missing.Count > 0) throw new ParquetException(input.Path, Message(isTickerKnown || groups.Count > 0));

        if (groups.Count > 0) return [.. groups.Select((group, part) => Of(group, times!, part))];
        ParquetColumn? Optional(TickField field) => Find(field, out _);
        return
        [
            new TickColumns(
                ticker, folderTicker ?? givenTicker, times!,
                Optional(TickField.Open), Optional(TickField.High), Optional(TickField.Low), close!, Optional(TickField.Volume))
            {
                IsTickerGiven = givenTicker is not null,
            },
        ];
    }

    private static TickColumns Of(ColumnGroup group, TimeColumns times, int part)
    {
        ParquetColumn? Column(TickField field) => group.Columns.GetValueOrDefault(field);
        return new TickColumns(
            null, group.Ticker, times,
            Column(TickField.Open), Column(TickField.High), Column(TickField.Low), Column(TickField.Close)!, Column(TickField.Volume),
            part);
    }

    private ParquetColumn? Find(TickField field, out UnusableColumn? refused)
    {
        ParquetColumn? column = _map.Find(input.Path, file.Columns, field, out refused);
        if (column is null && refused is not null && _map.IsGiven(field)) throw new ParquetException(input.Path, refused.ToString());
        return column;
    }

    private void Miss(UnusableColumn? refused, params ReadOnlySpan<TickField> fields)
    {
        var names = new List<string>();
        foreach (TickField field in fields) names.AddRange(ColumnNames.UsualNames(field));
        _missing.Add(refused is null ? $"no column {string.Join(" or ", names)}" : $"no {names[0]}, for {refused.ToString().TrimEnd('.')}");
    }

    private string Message(bool isTickerKnown)
    {
        string ways = isTickerKnown ? "" : reading.Hints.TickerFromFileName
            ? " The file's name does not say one ticker: use --ticker AAPL or a folder ticker=AAPL/."
            : " A ticker that no column has: --ticker AAPL, --ticker-from-file-name, or a folder ticker=AAPL/.";
        return $"{string.Join("; ", _missing)}. {ColumnMap.Has(file.Columns)} Name columns with --column close=NAME.{ways}";
    }
}
