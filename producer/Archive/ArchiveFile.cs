using Streaming.Producer.Archive.Csv;
namespace Streaming.Producer.Archive;

/// <summary>A readable file of the archive. Owns its handle, which is open only while one of its row groups is being read.</summary>
internal sealed class ArchiveFile(InputFile input, int order, IReadOnlyList<TickColumns> parts, IReadOnlyList<RowGroupPlan> groups)
{
    private IHistoryFile? _open;
    private int _users;

    public InputFile Input => input;

    public string Path => input.Path;

    /// <summary>Place among the files: ticks of equal time leave in this order.</summary>
    public int Order { get; } = order;

    /// <summary>One, or one for each ticker where each has columns of its own; their times are the same.</summary>
    public IReadOnlyList<TickColumns> Parts { get; } = parts;

    public TimeColumns Times => Parts[0].Times;

    public IReadOnlyList<RowGroupPlan> Groups { get; } = groups;

    /// <summary>Set once the file turned out to be broken: nothing more is read from it.</summary>
    public bool IsRefused { get; set; }

    public IHistoryFile Acquire()
    {
        _open ??= input.Open();
        _users++;
        return _open;
    }

    public void Release()
    {
        if (--_users > 0) return;
        _open?.Dispose();
        _open = null;
    }
}

/// <summary>The columns of one ticker, or all that are needed, of a row group before it is read.</summary>
/// <param name="Place">Order among the file's plans: by row group, then by part.</param>
/// <param name="FirstRow">Rows of the file before it.</param>
/// <param name="MinMicros">No usable row is earlier.</param>
/// <param name="IsSorted">Null if its times have not been looked at yet.</param>
/// <param name="Part">The rows of a CSV that it has; null for all rows of the file's group.</param>
internal sealed record RowGroupPlan(
    int Index, int Place, TickColumns Columns, long FirstRow, long RowCount, long MinMicros, bool? IsSorted, CsvPart? Part = null)
{
    /// <summary>Set once, by the planner: a file and its groups name each other.</summary>
    public ArchiveFile File { get; set; } = null!;
}
