using Streaming.Producer.Archive.Csv;

namespace Streaming.Producer.Archive;

/// <summary>A readable file of the archive. Owns its handle, which is open only while one of its row groups is being read.</summary>
internal sealed class ArchiveFile(InputFile input, int order, TickColumns columns, IReadOnlyList<RowGroupPlan> groups)
{
    private IHistoryFile? _open;
    private int _users;

    public string Path => input.Path;

    /// <summary>Place among the files: ticks of equal time leave in this order.</summary>
    public int Order { get; } = order;

    public TickColumns Columns { get; } = columns;

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

/// <summary>A row group before it is read.</summary>
/// <param name="FirstRow">Rows of the file before it.</param>
/// <param name="MinMicros">No usable row is earlier.</param>
/// <param name="IsSorted">Null if its times have not been looked at yet.</param>
/// <param name="Start">Where it begins in a CSV, or null at the first row.</param>
internal sealed record RowGroupPlan(int Index, long FirstRow, long RowCount, long MinMicros, bool? IsSorted, CsvPlace? Start = null)
{
    /// <summary>Set once, by the planner: a file and its groups name each other.</summary>
    public ArchiveFile File { get; set; } = null!;
}
