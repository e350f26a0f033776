namespace Streaming.Consumer.Flushing;

/// <summary>
/// Merges rows of a window table into those that stand in its object. A row is a fold over a prefix of its shard's log and its
/// tick count only grows along it, so the larger count wins: a replay after a crash, a worker that lost its shard, a put that
/// comes late, none can set a row back.
/// </summary>
public static class BarMerge
{
    /// <summary>Both lists are sorted by window start, without repeats; so is the result. Null if nothing would change.</summary>
    public static IReadOnlyList<Bar>? Merge(IReadOnlyList<Bar> standing, IReadOnlyList<Bar> fresh)
    {
        if (standing.Count == 0) return fresh.Count > 0 ? fresh : null;
        var merged = new List<Bar>(standing.Count + fresh.Count);
        bool changed = false;
        int s = 0;
        foreach (Bar bar in fresh)
        {
            while (s < standing.Count && standing[s].WindowStartMicros < bar.WindowStartMicros) merged.Add(standing[s++]);
            if (s < standing.Count && standing[s].WindowStartMicros == bar.WindowStartMicros)
            {
                Bar old = standing[s++];
                bool newer = bar.TickCount > old.TickCount;
                merged.Add(newer ? bar : old);
                changed |= newer;
            }
            else
            {
                merged.Add(bar);
                changed = true;
            }
        }

        while (s < standing.Count) merged.Add(standing[s++]);
        return changed ? merged : null;
    }
}
