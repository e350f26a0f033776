namespace Streaming.Consumer.Flushing;

/// <summary>What the flushes of a shard came to in this process.</summary>
/// <param name="Flushes">Flushes that ended, well or not.</param>
/// <param name="Failed">Those of them of which some part failed, although each step was tried again.</param>
/// <param name="Seconds">Time they took together.</param>
/// <param name="IsFailing">The last one failed: the lake could not be written.</param>
/// <param name="CheckpointedAt">When the last checkpoint was stored, as a timestamp of the clock; null before the first.</param>
/// <param name="Windows">Windows whose row was written, again each time that it was corrected.</param>
public readonly record struct FlushFigures(long Flushes, long Failed, double Seconds, bool IsFailing, long? CheckpointedAt, long Windows)
{
    /// <param name="checkpointedAt">Null if the flush did not come as far as its checkpoint.</param>
    internal FlushFigures Add(TimeSpan duration, bool failed, long? checkpointedAt, int windows) => new(
        Flushes + 1, failed ? Failed + 1 : Failed, Seconds + duration.TotalSeconds, IsFailing: failed, checkpointedAt ?? CheckpointedAt, Windows + windows);

    /// <summary>Together with those of an earlier time with the shard, since when another worker may have stored a checkpoint.</summary>
    internal FlushFigures After(FlushFigures before) => new(
        before.Flushes + Flushes, before.Failed + Failed, before.Seconds + Seconds, IsFailing, CheckpointedAt, before.Windows + Windows);
}

/// <summary>What the conditional puts of row objects came to in this process.</summary>
/// <param name="Conflicts">Another writer's object stood there; it was read again and merged.</param>
/// <param name="Failed">No answer, or an error; whether the object was written was unknown until it was read again.</param>
public readonly record struct PutFigures(long Written, long Conflicts, long Failed)
{
    /// <inheritdoc cref="FlushFigures.After"/>
    internal PutFigures After(PutFigures before) => new(before.Written + Written, before.Conflicts + Conflicts, before.Failed + Failed);
}
