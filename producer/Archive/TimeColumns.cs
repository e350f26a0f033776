using Streaming.Producer.Archive.Values;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>How a file says when its rows happened.</summary>
internal enum TimeForm
{
    /// <summary>A column has the event time; another may have the trade date.</summary>
    Instant,

    /// <summary>The time of day stands beside the date.</summary>
    DateAndTime,

    /// <summary>Only the date is known: daily bars.</summary>
    Daily,
}

/// <summary>Where a file says when its rows happened.</summary>
/// <param name="Time">Event time or time of day; null for daily bars.</param>
/// <param name="Date">Trade date, which stands in the file or in the folders above it.</param>
/// <param name="DateRule">Whose midnight a time in <paramref name="Date"/> must be.</param>
/// <param name="Digits">Length of the longest number among times of day.</param>
internal sealed record TimeColumns(
    TimeForm Form,
    ParquetColumn? Time,
    ParquetColumn? Date,
    DateOnly? FolderDate = null,
    DayRule DateRule = DayRule.Written,
    int Digits = 0)
{
    public bool IsDaily => Form == TimeForm.Daily;

    public bool HasDates => Date is not null || FolderDate is not null;

    /// <summary>The file looks like daily bars because this column has only midnights; other files may know better.</summary>
    public ParquetColumn? MidnightColumn { get; init; }

    /// <summary>The dates of the daily bars have the name of a time.</summary>
    public bool IsDateNamedTime { get; init; }

    /// <summary>There may be epochs, which can be checked against the row's own date.</summary>
    public bool IsEpochWithDate => Form == TimeForm.Instant && Date is not null && Time is not null && !ColumnTypes.IsTimestamp(Time);

    /// <summary>Names of the columns that order the rows, for SQL.</summary>
    public string Order => Form switch
    {
        TimeForm.Daily => Quoted(Date),
        TimeForm.DateAndTime when Date is not null => $"{Quoted(Date)}, {Quoted(Time)}",
        _ => Quoted(Time),
    };

    private static string Quoted(ParquetColumn? column) => $"\"{column?.Name}\"";
}
