namespace Streaming.Producer.Archive;

/// <summary>
/// Runs by their current tick, the earliest first; at equal times by file order, then row order. Does not advance them. Keeps time and
/// rank beside each run, so that a comparison touches nothing else.
/// </summary>
internal sealed class RunHeap
{
    private Entry[] _entries = new Entry[16];

    public int Count { get; private set; }

    public TickRun First => _entries[0].Run;

    /// <summary>Event time of the first run's current tick.</summary>
    public long FirstMicros => _entries[0].Micros;

    public void Add(TickRun run)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        Entry added = Entry.Of(run);
        int hole = Count++;
        for (int parent = (hole - 1) / 2; hole > 0 && added.ComesBefore(_entries[parent]); hole = parent, parent = (hole - 1) / 2)
            _entries[hole] = _entries[parent];
        _entries[hole] = added;
    }

    /// <summary>Puts the first run where it belongs, after it went on to its next tick.</summary>
    public void MoveFirst() => SiftDown(Entry.Of(First));

    public void RemoveFirst()
    {
        Entry last = _entries[--Count];
        _entries[Count] = default;
        if (Count > 0) SiftDown(last);
    }

    /// <summary>Takes all runs out, in no order.</summary>
    public IReadOnlyList<TickRun> Clear()
    {
        TickRun[] runs = [.. _entries.Take(Count).Select(entry => entry.Run)];
        Array.Clear(_entries);
        Count = 0;
        return runs;
    }

    // From the top, which counts as empty, down to where the entry belongs.
    private void SiftDown(in Entry moved)
    {
        Span<Entry> entries = _entries.AsSpan(0, Count);
        int hole = 0;
        while (true)
        {
            int child = (2 * hole) + 1;
            if (child >= entries.Length) break;
            if (child + 1 < entries.Length && entries[child + 1].ComesBefore(entries[child])) child++;
            if (!entries[child].ComesBefore(moved)) break;
            entries[hole] = entries[child];
            hole = child;
        }

        entries[hole] = moved;
    }

    private readonly record struct Entry(long Micros, long Rank, TickRun Run)
    {
        public static Entry Of(TickRun run) => new(run.Current.TimestampMicros, run.Rank, run);

        public bool ComesBefore(in Entry other) => Micros != other.Micros ? Micros < other.Micros : Rank < other.Rank;
    }
}
