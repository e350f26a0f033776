namespace Streaming.Consumer.Flushing;

/// <summary>Control: whoever writes last is right, however many ticks its row has.</summary>
public static class BarMerge
{
    public static IReadOnlyList<Bar>? Merge(IReadOnlyList<Bar> standing, IReadOnlyList<Bar> fresh)
    {
        var merged = new SortedDictionary<long, Bar>(standing.ToDictionary(bar => bar.WindowStartMicros));
        foreach (Bar bar in fresh) merged[bar.WindowStartMicros] = bar;
        return merged.Values.SequenceEqual(standing) ? null : [.. merged.Values];
    }
}
