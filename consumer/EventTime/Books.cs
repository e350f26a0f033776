namespace Streaming.Consumer.EventTime;

/// <summary>
/// Where every record of a shard went. They balance: <see cref="Windowed"/> + <see cref="Late"/> + <see cref="Quarantined"/> +
/// <see cref="Repeated"/> = <see cref="Read"/>, and the sum of <c>tick_count</c> over the shard's rows is <see cref="Windowed"/>.
/// </summary>
/// <param name="Read">Records read since the shard's beginning, over all restarts.</param>
/// <param name="Windowed">Ticks that went into a window.</param>
/// <param name="Late">Ticks whose window had ended more than the allowed lateness before their ticker's watermark.</param>
/// <param name="Quarantined">Records that could not be decoded, were refused, or that the consumer failed on.</param>
/// <param name="Repeated">Records that the stream gave a second time, or their producer put a second time.</param>
public readonly record struct Books(long Read, long Windowed, long Late, long Quarantined, long Repeated)
{
    /// <summary>How many of <see cref="Quarantined"/> are of tickers that belong to another shard.</summary>
    public long Misrouted { get; init; }

    public static Books operator +(Books left, Books right) => new(
        left.Read + right.Read,
        left.Windowed + right.Windowed,
        left.Late + right.Late,
        left.Quarantined + right.Quarantined,
        left.Repeated + right.Repeated)
    {
        Misrouted = left.Misrouted + right.Misrouted,
    };

    public static Books operator -(Books left, Books right) => new(
        left.Read - right.Read,
        left.Windowed - right.Windowed,
        left.Late - right.Late,
        left.Quarantined - right.Quarantined,
        left.Repeated - right.Repeated)
    {
        Misrouted = left.Misrouted - right.Misrouted,
    };

    public static Books Subtract(Books left, Books right) => left - right;

    public static Books Add(Books left, Books right) => left + right;

    /// <summary>Most ticks came too late for a window: data older than what was read before, for which lateness is not made.</summary>
    public bool IsMostlyLate => Late > Windowed;

    public bool Balance => Windowed + Late + Quarantined + Repeated == Read;
}
