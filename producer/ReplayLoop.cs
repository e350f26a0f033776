using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;
using Streaming.Producer.Encoding;
using Streaming.Producer.Pacing;
using Streaming.Producer.Publishing;
using Streaming.Producer.Resuming;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Producer;

/// <summary>Owns the loop that sends each tick when it is due, and when the journal is told. Does not own where ticks come from.</summary>
/// <param name="isByClock">Ticks get the time at which they are sent.</param>
internal sealed class ReplayLoop(
    ProducerOptions options, TickArchive archive, TickPasses ticks, ReplayClock clock, bool isByClock, ReplayProgress progress, TimeProvider time)
{
    /// <summary>The schedule; it begins with the first tick that is sent.</summary>
    public ReplayClock Clock { get; private set; } = clock;

    /// <param name="stream">Null for a dry run.</param>
    /// <param name="journal">Null for a replay that cannot be resumed.</param>
    public async Task<ReplayEnd> RunAsync(IRecordStream? stream, ReplayJournal? journal, CancellationToken cancellation)
    {
        long first = journal?.Seq ?? 0;
        if (first > 0)
        {
            ticks.Skip(first);
            Clock = ReplayClock.Start(options, archive.IsDaily, time);
        }

        string run = journal?.Run ?? options.RunId;
        IRecordPublisher publisher = await RecordPublisher.OpenAsync(stream, run, progress, time, cancellation);
        ReplayEnd end = ReplayEnd.Interrupted;
        try
        {
            await using (publisher)
            await using (journal?.NoteWhile(Sent))
            {
                end = await SendAsync(publisher, run, first, journal, cancellation);
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

    private async Task<ReplayEnd> SendAsync(IRecordPublisher publisher, string run, long first, ReplayJournal? journal, CancellationToken cancellation)
    {
        var encoder = new TickEncoder(new ExchangeCalendar(options.TimeZone), run);
        TimeSpan duration = options.Duration ?? TimeSpan.MaxValue;
        long limit = options.Limit ?? long.MaxValue;
        ReplayEnd end = ReplayEnd.Limit;
        Tick tick = default;
        for (long sequence = first; sequence < limit; sequence++)
        {
            if (!ticks.TryRead(ref tick))
            {
                end = ReplayEnd.Data;
                break;
            }

            cancellation.ThrowIfCancellationRequested();
            if (!Clock.IsDue(archive.IsDaily ? sequence * ReplayClock.DailyBarStepMicros : tick.TimestampMicros))
            {
                // Nothing more is due, so what is gathered leaves now, and not when the batch is full.
                await publisher.SendGatheredAsync(cancellation);
                progress.ObserveSent(archive.Refused, Clock);
                await Clock.WaitAsync(duration, cancellation);
            }
            else if (publisher.IsFull)
            {
                await publisher.MakeRoomAsync(cancellation);
                progress.ObserveSent(archive.Refused, Clock);
            }

            // The clock is not asked for each tick of a replay that has all the time it wants.
            if (options.Duration is not null && Clock.Elapsed >= duration)
            {
                end = ReplayEnd.Duration;
                break;
            }

            if (isByClock) tick.TimestampMicros = EventTime.Of(time.GetUtcNow());
            if (sequence == first && journal is not null) await journal.ExpectFirstAsync();
            encoder.Encode(ref tick, sequence);
            publisher.Add(encoder.Key, encoder.Record);
            progress.Pass(tick.TimestampMicros);
        }

        await publisher.FlushAsync(cancellation);
        progress.ObserveSent(archive.Refused, Clock);
        return end;
    }
}

/// <summary>Why a replay ended.</summary>
internal enum ReplayEnd
{
    Interrupted,
    Data,
    Limit,
    Duration,
}
