namespace Streaming.Producer.Publishing;

/// <summary>Bounds of <see cref="LanePublisher"/>.</summary>
internal sealed record LaneOptions
{
    public static LaneOptions Default { get; } = new();

    /// <summary>Records that are gathered or in flight; then the replay waits.</summary>
    public int MaxPending { get; init; } = 8192;

    /// <summary>Requests at once: enough to fill the time that an answer takes, few enough not to flood a shard.</summary>
    public int MaxInFlight { get; init; } = 4;

    /// <summary>
    /// How late a record that is due may leave, so that others can go with it: at market speed there is else a request for nearly every
    /// tick. A fiftieth of what a reader at the tip waits between two looks.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>After the first refusal in a lane.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>After many in a row; twenty of which end the replay.</summary>
    public TimeSpan LongestPause { get; init; } = Backoff.DefaultLongest;

    /// <summary>After a refusal the shards are looked at again, for they may have been split; at most so often.</summary>
    public TimeSpan ShardCheckInterval { get; init; } = TimeSpan.FromSeconds(10);
}
