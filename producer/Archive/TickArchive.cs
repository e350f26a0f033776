using Streaming.Shared;

namespace Streaming.Producer.Archive;

/// <summary>The history to replay: its files, planned once, readable from the start as often as the replay loops.</summary>
internal sealed class TickArchive
{
    private readonly ArchiveReading _reading;
    private readonly IReadOnlyList<ArchiveFile> _files;

    private TickArchive(ArchiveReading reading, IReadOnlyList<ArchiveFile> files, RefusedRows refused)
        => (_reading, _files, Refused) = (reading, files, refused);

    /// <summary>Files of daily bars, whose event time is the close of their date's session.</summary>
    public int DailyFiles => _files.Count(file => file.Times.IsDaily);

    /// <summary>There is nothing but daily bars.</summary>
    public bool IsDaily => _files.Count > 0 && DailyFiles == _files.Count;

    public RefusedRows Refused { get; }

    /// <summary>Files that were not refused, so far.</summary>
    public int ReadableFiles => _files.Count(file => !file.IsRefused);

    /// <summary>Wanted tickers that were in no row that was read, with a hint where only the case differs.</summary>
    public IReadOnlyList<string> MissingTickers => _reading.Tickers.Missing;

    /// <exception cref="UsageException">The hints do not fit the files.</exception>
    public static TickArchive Open(
        IReadOnlyList<InputFile> inputs, FileHints hints, RowFilter filter, RefusedRows refused, CancellationToken cancellation)
    {
        var reading = new ArchiveReading(filter, cancellation, hints);
        return new TickArchive(reading, new ArchivePlanner(reading, refused).Plan(inputs), refused);
    }

    /// <summary>All ticks in event-time order, from the start.</summary>
    /// <param name="isFirstPass">Later passes of a loop meet the same bad rows, which are counted once.</param>
    public EventTimeMerge Read(bool isFirstPass)
        => new(_files, _reading, isFirstPass ? Refused : new RefusedRows());
}
