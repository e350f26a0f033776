using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;
using Streaming.Producer.Encoding;
using Streaming.Producer.Pacing;
using Streaming.Producer.Publishing;
using Streaming.Producer.Resuming;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Producer;

/// <summary>
/// The whole replay, in the order in which a tick goes through it: archive, filter, event time, schedule, JSON, stream.
/// </summary>
public sealed class ReplayPipeline(ProducerOptions options, TimeProvider time)
{
    private IReadOnlyList<InputFile>? _inputs;

    public ReplayProgress Progress { get; } = new();

    /// <summary>The files, once they were looked for.</summary>
    internal IReadOnlyList<InputFile> Inputs => _inputs!;

    /// <summary>Looks for the inputs, which a replay does otherwise when it begins: so that a missing one shows before a stream is made.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public void FindInputs() => _inputs ??= InputFiles.Expand(options.Inputs, new S3Inputs(options.Aws, time));

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
        bool isByClock = IsByClock(archive);
        if (archive.DailyFiles > 0) options.Noted?.Invoke(DailyBars.Note(options.TimeZone, isByClock));
        EventTimeShift? shift = isByClock ? null : new EventTimeShift(options.Retime == Retime.Now, options.SkipGaps, startedAt, time);
        using var ticks = new TickPasses(archive, shift, options.Loops);
        var clock = ReplayClock.Start(options, archive.IsDaily, time);
        ReplayEnd end = ReplayEnd.Interrupted;
        try
        {
            // The schedule begins with the first tick that is sent, and not with those before it.
            if (Skip(ticks, journal?.Seq ?? 0)) clock = ReplayClock.Start(options, archive.IsDaily, time);
            end = await PublishAsync(stream, ticks, clock, archive, journal, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            end = ReplayEnd.Interrupted;
        }

        Progress.Observe(archive.Refused, clock);
        bool isWhole = end == ReplayEnd.Data;
        if (isWhole && !ticks.HasTicks && UnmatchedFilters.Describe(options, _inputs!, time, cancellation) is { } problem) throw new UsageException(problem);
        return ReplaySummary.Of(Progress, archive, isWhole, end == ReplayEnd.Interrupted);
    }

    /// <summary>Passes over the ticks that an earlier attempt has sent; false if there are none.</summary>
    private static bool Skip(TickPasses ticks, long count)
    {
        Tick tick = default;
        for (long skipped = 0; skipped < count; skipped++)
        {
            if (!ticks.TryRead(ref tick)) break;
        }

        return count > 0;
    }

    private async Task<ReplayEnd> PublishAsync(
        IRecordStream? stream, TickPasses ticks, ReplayClock clock, TickArchive archive, ReplayJournal? journal, CancellationToken cancellation)
    {
        string run = journal?.Run ?? options.RunId;
        long first = journal?.Seq ?? 0;
        IRecordPublisher publisher = await RecordPublisher.OpenAsync(options.DryRun ? null : stream, run, Progress, time, cancellation);
        ReplayEnd end = ReplayEnd.Interrupted;
        try
        {
            await using (publisher)
            await using (journal?.NoteWhile(Sent))
            {
                end = await ReplayAsync(publisher, run, journal, ticks, clock, archive, cancellation);
            }
        }
        finally
        {
            // After the publisher's end, when every outcome is known.
            if (journal is not null) await journal.NoteAsync(Sent(), isComplete: end is ReplayEnd.Data or ReplayEnd.Limit);
        }

        return end;

        long Sent() => first + publisher.Acknowledged;
    }

    private async Task<ReplayEnd> ReplayAsync(
        IRecordPublisher publisher, string run, ReplayJournal? journal, TickPasses ticks, ReplayClock clock, TickArchive archive, CancellationToken cancellation)
    {
        var encoder = new TickEncoder(new ExchangeCalendar(TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone)), run);
        TimeSpan duration = options.Duration ?? TimeSpan.MaxValue;
        long limit = options.Limit ?? long.MaxValue;
        bool isByClock = IsByClock(archive);
        ReplayEnd end = ReplayEnd.Limit;
        long sequence = journal?.Seq ?? 0;
        bool isFirst = journal is not null;
        Tick tick = default;
        while (sequence < limit)
        {
            if (!ticks.TryRead(ref tick))
            {
                end = ReplayEnd.Data;
                break;
            }

            cancellation.ThrowIfCancellationRequested();
            if (!clock.IsDue(archive.IsDaily ? sequence * ReplayClock.DailyBarStepMicros : tick.TimestampMicros))
            {
                // Nothing more is due, so what is gathered leaves now, and not when the batch is full.
                await publisher.SendGatheredAsync(cancellation);
                Progress.ObserveSent(archive.Refused, clock);
                await clock.WaitAsync(duration, cancellation);
            }
            else if (publisher.IsFull)
            {
                await publisher.MakeRoomAsync(cancellation);
                Progress.ObserveSent(archive.Refused, clock);
            }

            // The clock is not asked for each tick of a replay that has all the time it wants.
            if (options.Duration is not null && clock.Elapsed >= duration)
            {
                end = ReplayEnd.Duration;
                break;
            }

            if (isByClock) tick.TimestampMicros = EventTime.Of(time.GetUtcNow());
            if (isFirst) await journal!.ExpectFirstAsync();
            isFirst = false;
            encoder.Encode(ref tick, sequence++);
            publisher.Add(encoder.Key, encoder.Record);
            Progress.Pass(tick.TimestampMicros);
        }

        await publisher.FlushAsync(cancellation);
        Progress.ObserveSent(archive.Refused, clock);
        return end;
    }

    private enum ReplayEnd
    {
        Interrupted,
        Data,
        Limit,
        Duration,
    }

    private bool IsByClock(TickArchive archive) => archive.IsDaily && options.Retime == Retime.Now;
}
