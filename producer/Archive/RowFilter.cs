using Streaming.Producer.Archive.Values;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>Which rows are wanted at all. A row that is not is no refused row.</summary>
/// <param name="FromMicros">First event time.</param>
/// <param name="ToMicros">First event time that is too late.</param>
/// <param name="LatestMicros">Rows after it are refused, because the consumer would quarantine them.</param>
/// <param name="Tickers">Null for all.</param>
internal sealed record RowFilter(long FromMicros, long ToMicros, long LatestMicros, IReadOnlySet<string>? Tickers)
{
    /// <param name="startedAt">The now that rows may not lie more than a day ahead of.</param>
    public static RowFilter Of(ProducerOptions options, DateTimeOffset startedAt) => new(
        options.From is { } from ? EventTime.Of(from) : long.MinValue,
        options.To is { } to ? EventTime.Of(to) : long.MaxValue,
        Latest(startedAt),
        options.Tickers);

    /// <summary>Everything that would not be refused.</summary>
    public static RowFilter All(TimeProvider time) => new(long.MinValue, long.MaxValue, Latest(time.GetUtcNow()), Tickers: null);

    private static long Latest(DateTimeOffset now) => Math.Min(EventTime.MaxMicros, EventTime.Of(now + TickRules.MaxAhead));

    public bool HoldsTime(long micros) => micros >= FromMicros && micros < ToMicros;
}
