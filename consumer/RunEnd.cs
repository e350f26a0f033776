using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer;

/// <summary>Decides when a run is over that does not run for ever; shared by the shards of a process.</summary>
/// <remarks>
/// <c>--once</c> reads what was there at the start. Kinesis has no call that tells the last record of an open shard, so the end that it had then is
/// known to be behind by three signs only: a record that arrived after the start; a tip that is certain (<see cref="RecordBatch.TipAtMicros"/>: on
/// Kinesis an answer without records that says 0 milliseconds behind, because LocalStack and kinesalite say 0 in every answer); the end of the
/// shard. Where none of the three comes the run still ends, and says so (<see cref="EndNotKnown"/>): after <see cref="QuietLimit"/> of empty answers that come no nearer to
/// the tip, or after <see cref="BlindLimit"/> of records without arrival times.
/// </remarks>
public sealed class RunEnd(ConsumerOptions options, TimeProvider time)
{
    /// <summary>How long answers may stay empty without coming nearer to the tip.</summary>
    public static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(30);

    /// <summary>How long records may come that do not tell whether they arrived after the start.</summary>
    public static readonly TimeSpan BlindLimit = TimeSpan.FromMinutes(10);

    private readonly long _untilMicros = IsoTime.ToMicros(options.OnceUntil ?? time.GetUtcNow());
    private readonly Dictionary<string, long?> _idleSince = [];
    private readonly Dictionary<string, Signs> _signs = [];
    private readonly HashSet<string> _reached = [];
    private bool _isSettled;

    public bool IsOneShot => options.Once || options.UntilIdle is not null;

    /// <summary>A shard is read from now on.</summary>
    public void Begin(string shard)
    {
        lock (_idleSince)
        {
            _idleSince[shard] = null;
            _signs[shard] = new Signs(time.GetTimestamp());
        }
    }

    /// <summary>The shard is another worker's, or read to its end.</summary>
    public void Forget(string shard)
    {
        lock (_idleSince) _idleSince.Remove(shard);
    }

    /// <summary>Whether shards may still come to this worker, in which case being idle does not end the run.</summary>
    public void Settle(bool isSettled)
    {
        lock (_idleSince) _isSettled = isSettled;
    }

    /// <summary>The run is over for this shard, though the shard goes on.</summary>
    public bool HasReached(string shard)
    {
        lock (_idleSince) return _reached.Contains(shard);
    }

    /// <summary>Why the run is over for the shard although it is not known whether all is read that was there at the start; null if that is known.</summary>
    public string? EndNotKnown(string shard)
    {
        lock (_idleSince) return _signs[shard].EndNotKnown;
    }

    /// <summary>True once the shard has nothing more to do in this run.</summary>
    /// <param name="idleSince">When the shard became idle, as a timestamp of the clock; null if it is not.</param>
    public bool IsReached(string shard, RecordBatch batch, long? idleSince)
    {
        lock (_idleSince)
        {
            _idleSince[shard] = idleSince;
            bool isReached = (options.Once && IsPastEnd(_signs[shard], batch)) || (options.UntilIdle is { } quiet && _isSettled && AreAllIdle(quiet));
            if (isReached) _reached.Add(shard);
            return isReached;
        }
    }

    private bool IsPastEnd(Signs signs, RecordBatch batch)
    {
        long? arrival = batch.LastArrivalMicros;
        if (arrival > _untilMicros || batch.TipAtMicros is not null) return true;
        long now = time.GetTimestamp();
        bool isNearer = batch.MillisBehindLatest > 0 && batch.MillisBehindLatest < signs.LeastMillisBehind;
        if (isNearer) signs.LeastMillisBehind = batch.MillisBehindLatest;
        if (batch.Count > 0) signs.RecordsAt = now;
        if (isNearer || arrival is not null) signs.ProgressAt = now;
        if (batch.Count == 0 && time.GetElapsedTime(Math.Max(signs.RecordsAt, signs.ProgressAt)) >= QuietLimit)
            signs.EndNotKnown = $"no record came for {DurationText.Format(QuietLimit)} and the service never said that the tip is reached (the last answer: {batch.MillisBehindLatest} ms behind)";
        else if (batch.Count > 0 && time.GetElapsedTime(signs.ProgressAt) >= BlindLimit)
            signs.EndNotKnown = $"for {DurationText.Format(BlindLimit)} nothing in the service's answers told which records were there at the start: they have no arrival time";
        return signs.EndNotKnown is not null;
    }

    private bool AreAllIdle(TimeSpan quiet) => _idleSince.Where(shard => !_reached.Contains(shard.Key))
        .All(shard => shard.Value is { } since && time.GetElapsedTime(since) >= quiet);

    /// <summary>What a shard's answers have told so far; times are timestamps of the clock.</summary>
    private sealed class Signs(long startedAt)
    {
        public long RecordsAt { get; set; } = startedAt;

        /// <summary>When an answer last told that the end was not reached, or came nearer to it.</summary>
        public long ProgressAt { get; set; } = startedAt;

        public long LeastMillisBehind { get; set; } = long.MaxValue;

        public string? EndNotKnown { get; set; }
    }
}
