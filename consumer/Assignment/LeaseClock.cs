using Streaming.Consumer.Progress;

namespace Streaming.Consumer.Assignment;

/// <summary>
/// Owns: since when a lease looks the same to this observer, on the observer's own monotonic clock. Wall clocks of machines are
/// never compared: they jump and differ. Used from one flow of control.
/// </summary>
internal sealed class LeaseClock(TimeProvider time)
{
    private readonly Dictionary<string, Observation> _observed = [];

    /// <summary>How long until the lease has been unchanged for its own duration; zero or less once it has.</summary>
    public TimeSpan UntilExpiry(string shard, CheckpointLease lease)
    {
        if (!_observed.TryGetValue(shard, out Observation seen) || seen.Epoch != lease.Epoch || seen.Counter != lease.Counter)
            _observed[shard] = seen = new Observation(lease.Epoch, lease.Counter, time.GetTimestamp(), HasMoved: seen.Epoch != 0);
        return TimeSpan.FromMicroseconds(lease.DurationMicros) - time.GetElapsedTime(seen.Since);
    }

    /// <summary>True once the lease was seen to change: somebody is alive behind it.</summary>
    public bool HasMoved(string shard) => _observed.TryGetValue(shard, out Observation seen) && seen.HasMoved;

    private readonly record struct Observation(long Epoch, long Counter, long Since, bool HasMoved);
}
