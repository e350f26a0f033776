using Streaming.Producer.Archive;
using Streaming.Producer.Pacing;
using Streaming.Producer.Resuming;
using Streaming.Shared;
using Streaming.Shared.Streams;

namespace Streaming.Producer;

/// <summary>The whole replay, in the order in which a tick goes through it: archive, filter, event time, schedule, JSON, stream.</summary>
public sealed class ReplayPipeline(ProducerOptions options, TimeProvider time)
{
    private readonly LeftOutFiles _leftOut = new();
    private IReadOnlyList<InputFile>? _inputs;

    public ReplayProgress Progress { get; } = new();

    /// <summary>The files, once they were looked for.</summary>
    internal IReadOnlyList<InputFile> Inputs => _inputs!;

    /// <summary>Looks for the inputs, which a replay does otherwise when it begins: so that a missing one shows before a stream is made.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public void FindInputs() => _inputs ??= InputFiles.Expand(options.Inputs, new S3Inputs(options.Aws, time), _leftOut);

    /// <inheritdoc cref="RunAsync(IRecordStream?, ReplayJournal?, CancellationToken)"/>
    public Task<ReplaySummary> RunAsync(IRecordStream? stream, CancellationToken cancellation) => RunAsync(stream, journal: null, cancellation);

    /// <summary>Replays until the data, the limit or the duration ends, or until it is cancelled, which the summary says.</summary>
    /// <param name="stream">Null for a dry run. Stays the caller's.</param>
    /// <param name="journal">Says where to begin and under which run, and gets how far it came; null for a replay that cannot be resumed.</param>
    /// <exception cref="UsageException">The options or the inputs are wrong, or the filters match nothing; nothing was sent.</exception>
    /// <exception cref="ReplayException">The replay cannot go on.</exception>
    internal async Task<ReplaySummary> RunAsync(IRecordStream? stream, ReplayJournal? journal, CancellationToken cancellation)
    {
        options.Validate();
        FindInputs();
        DateTimeOffset startedAt = journal?.StartedAt ?? time.GetUtcNow();
        var refused = new RefusedRows(options.FailOnBadRow, options.RowRefused);
        var archive = TickArchive.Open(_inputs!, FileHints.Of(options), RowFilter.Of(options, startedAt), refused, cancellation);
        bool isByClock = archive.IsDaily && options.Retime == Retime.Now;
        if (archive.DailyFiles > 0) options.Noted?.Invoke(DailyBars.Note(options.TimeZone.Id, isByClock));
        EventTimeShift? shift = isByClock ? null : new EventTimeShift(options.Retime == Retime.Now, options.SkipGaps, startedAt, time);
        using var ticks = new TickPasses(archive, shift, options.Loops);
        var replay = new ReplayLoop(options, archive, ticks, ReplayClock.Start(options, archive.IsDaily, time), isByClock, Progress, time);
        ReplayEnd end = ReplayEnd.Interrupted;
        try
        {
            end = await replay.RunAsync(options.DryRun ? null : stream, journal, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The summary says so.
        }

        Progress.Observe(refused, replay.Clock);
        if (end == ReplayEnd.Data && !ticks.HasTicks && UnmatchedFilters.Describe(options, _inputs!, time, cancellation) is { } problem)
            throw new UsageException(problem);
        return ReplaySummary.Of(Progress, archive, _leftOut, end == ReplayEnd.Data, end == ReplayEnd.Interrupted);
    }
}
