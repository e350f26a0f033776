using Streaming.Shared.Streams;

namespace Streaming.Consumer;

/// <summary>Decides when a run is over that does not run for ever; shared by the shards of a process.</summary>
public sealed class RunEnd(ConsumerOptions options, int shardCount, TimeProvider time)
{
    private readonly long _startMicros = (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    private readonly long?[] _idleSince = new long?[shardCount];

    /// <summary>True once the shard has nothing more to do in this run.</summary>
    /// <param name="shardIndex">Which of the process' shards, from 0.</param>
    /// <param name="idleSince">When the shard became idle, as a timestamp of the clock; null if it is not.</param>
    public bool IsReached(int shardIndex, RecordBatch batch, long? idleSince)
    {
        if (batch.IsEndOfShard || (options.Once && IsPastStart(batch)))
        {
            idleSince = long.MinValue;
            Note(shardIndex, idleSince);
            return true;
        }

        Note(shardIndex, idleSince);
        return options.UntilIdle is { } quiet && AreAllIdle(quiet);
    }

    /// <summary>At the tip, or at a record that arrived after the start: the end that the shard had then is behind.</summary>
    private bool IsPastStart(RecordBatch batch)
        => batch.MillisBehindLatest == 0 || (batch.Count > 0 && batch[batch.Count - 1].ArrivalMicros > _startMicros);

    private void Note(int shardIndex, long? idleSince)
    {
        lock (_idleSince) _idleSince[shardIndex] = idleSince;
    }

    private bool AreAllIdle(TimeSpan quiet)
    {
        lock (_idleSince)
        {
            return _idleSince.All(since => since is { } timestamp && (timestamp == long.MinValue || time.GetElapsedTime(timestamp) >= quiet));
        }
    }
}
