namespace Streaming.Producer.Archive;

/// <summary>The history to replay: its files, planned once, readable from the start as often as the replay loops.</summary>
internal sealed class TickArchive
{
    private readonly ArchiveReading _reading;
    private readonly IReadOnlyList<ArchiveFile> _files;

    private TickArchive(ArchiveReading reading, IReadOnlyList<ArchiveFile> files, RefusedRows refused)
        => (_reading, _files, Refused) = (reading, files, refused);

    /// <summary>The files hold daily bars: what orders their ticks is a date, and they have no event time.</summary>
    public bool IsDaily { get; private init; }

    public RefusedRows Refused { get; }

    /// <summary>Files that were not refused, so far.</summary>
    public int ReadableFiles => _files.Count(file => !file.IsRefused);

    /// <exception cref="UsageException">Daily bars are mixed with ticks.</exception>
    public static TickArchive Open(IReadOnlyList<InputFile> inputs, ColumnMap map, RowFilter filter, RefusedRows refused, CancellationToken cancellation)
    {
        var reading = new ArchiveReading(filter, cancellation);
        IReadOnlyList<ArchiveFile> files = new ArchivePlanner(map, reading, refused).Plan(inputs);
        ArchiveFile? daily = files.FirstOrDefault(file => file.Columns.IsDaily);
        if (daily is not null && files.FirstOrDefault(file => !file.Columns.IsDaily) is { } intraday)
        {
            throw new UsageException(
                $"{daily.Path} has only dates and {intraday.Path} has times: daily bars take the replay's own clock, so replay the two apart.");
        }

        return new TickArchive(reading, files, refused) { IsDaily = daily is not null };
    }

    /// <summary>All ticks in event-time order, from the start.</summary>
    /// <param name="isFirstPass">Later passes of a loop meet the same bad rows, which are counted once.</param>
    public EventTimeMerge Read(bool isFirstPass)
        => new(_files, _reading, isFirstPass ? Refused : new RefusedRows());
}
