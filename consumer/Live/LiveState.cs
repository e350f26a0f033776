using Streaming.Consumer.Operating;

namespace Streaming.Consumer.Live;

/// <summary>In one word how a worker is.</summary>
/// <param name="Word"><c>live</c>, <c>catching up</c>, <c>idle</c>, <c>stalled</c>, <c>standing by</c> or <c>draining</c>.</param>
/// <param name="Why">What is wrong; null if nothing is.</param>
public sealed record LiveState(string Word, string? Why = null)
{
    /// <summary>A stream that has not answered for so long: at the tip it is asked every second, behind it more often.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>Further behind than a poll, a request and a clock that is a little off explain.</summary>
    private const long BehindMillis = 5_000;

    /// <param name="isAssigned">It has looked which shards are to be had.</param>
    /// <param name="sinceRecord">Since the last record of any shard.</param>
    internal static LiveState Of(
        bool isDraining, bool isAssigned, IReadOnlyList<ShardFigures> owned, ApplicationStatus? application, TimeSpan sinceRecord, TimeProvider time)
    {
        if (isDraining) return new LiveState("draining");
        if (WhyStalled(owned, application, time) is { } why) return new LiveState("stalled", why);
        if (!isAssigned || owned.Count == 0) return new LiveState("standing by");
        if (owned.Max(shard => shard.MillisBehindLatest) > BehindMillis) return new LiveState("catching up");
        return new LiveState(sinceRecord > TimeSpan.FromSeconds(3) ? "idle" : "live");
    }

    private static string? WhyStalled(IReadOnlyList<ShardFigures> owned, ApplicationStatus? application, TimeProvider time)
    {
        foreach (ShardFigures shard in owned)
        {
            if (shard.Flushes.IsFailing) return $"{shard.Shard}: the lake does not take what is written";
            TimeSpan silent = time.GetElapsedTime(Math.Max(shard.LastReadAt ?? shard.OwnedSince, shard.OwnedSince));
            if (silent > Silence) return $"{shard.Shard}: the stream has not answered for {silent.TotalSeconds:F0} s";
        }

        return application?.Shards.FirstOrDefault(shard => shard.State == "stopped") is { } stopped ? $"{stopped.Shard} is not read: {stopped.Problem}" : null;
    }
}
