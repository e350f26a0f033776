using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;
using Streaming.Producer.Encoding;
using Streaming.Producer.Pacing;
using Streaming.Producer.Publishing;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Producer;

/// <summary>
/// The whole replay, in the order in which a tick goes through it: archive, filter, event time, schedule, JSON, stream.
/// </summary>
public sealed class ReplayPipeline(ProducerOptions options, TimeProvider time)
{
    private readonly LeftOutFiles _leftOut = new();
    private IReadOnlyList<InputFile>? _inputs;

    public ReplayProgress Progress { get; } = new();

    /// <summary>Looks for the inputs, which a replay does otherwise when it begins: so that a missing one shows before a stream is made.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public void FindInputs() => _inputs ??= InputFiles.Expand(options.Inputs, new S3Inputs(options.Aws, time), _leftOut);

    /// <summary>Replays until the data, the limit or the duration ends, or until it is cancelled, which the summary says.</summary>
    /// <param name="stream">Null for a dry run. Stays the caller's.</param>
    /// <exception cref="UsageException">The options or the inputs are wrong; nothing was sent.</exception>
    /// <exception cref="ReplayException">The replay cannot go on.</exception>
    public async Task<ReplaySummary> RunAsync(IRecordStream? stream, CancellationToken cancellation)
    {
        options.Validate();
        FindInputs();
        var refused = new RefusedRows(options.FailOnBadRow, options.RowRefused);
        var archive = TickArchive.Open(_inputs!, ColumnMap.Parse(options.Columns), RowFilter.Of(options, time), refused, cancellation);
        bool isInterrupted = false;
        var clock = ReplayClock.Start(options, archive.IsDaily, time);
        try
        {
            await ReplayAsync(stream, archive, clock, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            isInterrupted = true;
        }

        Progress.Observe(archive.Refused, clock);
        return ReplaySummary.Of(Progress, archive, _leftOut, isInterrupted);
    }

    private async Task ReplayAsync(IRecordStream? stream, TickArchive archive, ReplayClock clock, CancellationToken cancellation)
    {
        var shift = new EventTimeShift(options.Retime == Retime.Now, options.SkipGaps, time);
        var encoder = new TickEncoder(new ExchangeCalendar(TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone)), options.RunId);
        await using IRecordPublisher publisher = await RecordPublisher.OpenAsync(options.DryRun ? null : stream, options.RunId, Progress, time, cancellation);
        TimeSpan duration = options.Duration ?? TimeSpan.MaxValue;
        long limit = options.Limit ?? long.MaxValue;
        long sequence = 0;
        Tick tick = default;

        for (int pass = 0; options.Loops is null || pass < options.Loops; pass++)
        {
            using EventTimeMerge ticks = archive.Read(isFirstPass: pass == 0);
            if (pass > 0) shift.BeginPass(pass);
            long sequenceBefore = sequence;
            while (sequence < limit && ticks.TryRead(ref tick))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!archive.IsDaily) shift.Apply(ref tick);
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

                if (IsOver()) break;
                if (archive.IsDaily) tick.TimestampMicros = EventTime.Of(time.GetUtcNow());
                encoder.Encode(ref tick, sequence++);
                publisher.Add(encoder.Key, encoder.Record);
                Progress.Pass(tick.TimestampMicros);
            }

            if (sequence == sequenceBefore || sequence == limit || IsOver()) break;
        }

        await publisher.FlushAsync(cancellation);
        Progress.ObserveSent(archive.Refused, clock);

        // The clock is not asked for each tick of a replay that has all the time it wants.
        bool IsOver() => options.Duration is not null && clock.Elapsed >= duration;
    }
}
