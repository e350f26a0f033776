namespace Streaming.Producer.Archive;

/// <summary>What one file holds.</summary>
internal sealed record FileInspection(string File)
{
    public string? Error { get; init; }

    public IReadOnlyList<InspectedColumn> Columns { get; init; } = [];

    public long Rows { get; init; }

    public int RowGroups { get; init; }

    public long UsableRows { get; init; }

    public bool IsDaily { get; init; }

    /// <summary>What the event times are.</summary>
    public string? Times { get; init; }

    public int TickerCount { get; init; }

    public IReadOnlyList<string> Tickers { get; init; } = [];

    public DateTimeOffset? First { get; init; }

    public DateTimeOffset? Last { get; init; }

    /// <summary>Of the closes.</summary>
    public double? LowestPrice { get; init; }

    public double? HighestPrice { get; init; }

    public long BadRows { get; init; }

    public IReadOnlyDictionary<string, long> BadRowsByReason { get; init; } = new Dictionary<string, long>();

    public IReadOnlyList<RefusedRow> FirstBadRows { get; init; } = [];

    /// <summary>Unusable values of usable rows, which are sent without them.</summary>
    public IReadOnlyDictionary<string, long> IgnoredByReason { get; init; } = new Dictionary<string, long>();
}

/// <param name="Field">The field of a tick that the column is taken for, or null.</param>
internal sealed record InspectedColumn(string Name, string Type, string? Field);

/// <summary>What all files hold together.</summary>
internal sealed record InspectionTotal(
    int Files,
    int RefusedFiles,
    long Rows,
    long UsableRows,
    DateTimeOffset? First,
    DateTimeOffset? Last,
    double? LowestPrice,
    double? HighestPrice,
    long BadRows)
{
    public static InspectionTotal Of(IReadOnlyCollection<FileInspection> files) => new(
        files.Count,
        files.Count(file => file.Error is not null),
        files.Sum(file => file.Rows),
        files.Sum(file => file.UsableRows),
        files.Min(file => file.First),
        files.Max(file => file.Last),
        files.Min(file => file.LowestPrice),
        files.Max(file => file.HighestPrice),
        files.Sum(file => file.BadRows));
}
