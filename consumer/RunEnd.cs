using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer;

/// <summary>Decides when a run is over that does not run for ever; shared by the shards of a process.</summary>
public sealed class RunEnd(ConsumerOptions options, TimeProvider time)
{
    private readonly long _untilMicros = IsoTime.ToMicros(options.OnceUntil ?? time.GetUtcNow());
    private readonly Dictionary<string, long?> _idleSince = [];
    private readonly HashSet<string> _reached = [];
    private bool _isSettled;

    public bool IsOneShot => options.Once || options.UntilIdle is not null;

    /// <summary>A shard is read from now on.</summary>
    public void Begin(string shard)
    {
        lock (_idleSince) _idleSince[shard] = null;
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

    /// <summary>True once the shard has nothing more to do in this run.</summary>
    /// <param name="idleSince">When the shard became idle, as a timestamp of the clock; null if it is not.</param>
    public bool IsReached(string shard, RecordBatch batch, long? idleSince)
    {
        lock (_idleSince)
        {
            _idleSince[shard] = idleSince;
            bool isReached = (options.Once && IsPastEnd(batch)) || (options.UntilIdle is { } quiet && _isSettled && AreAllIdle(quiet));
            if (isReached) _reached.Add(shard);
            return isReached;
        }
    }

    /// <summary>At the tip, or at a record that arrived after the run began: the end that the shard had then is behind.</summary>
    private bool IsPastEnd(RecordBatch batch)
        => batch.MillisBehindLatest == 0 || (batch.Count > 0 && batch[batch.Count - 1].ArrivalMicros > _untilMicros);

    private bool AreAllIdle(TimeSpan quiet) => _idleSince.Where(shard => !_reached.Contains(shard.Key))
        .All(shard => shard.Value is { } since && time.GetElapsedTime(since) >= quiet);
}
