using System.Runtime.CompilerServices;

namespace Streaming.Producer.Archive;

/// <summary>
/// Runs by their current tick, the earliest first; at equal times by file order, then row order. Does not advance them. Keeps time and
/// rank apart from the runs, so that a comparison touches nothing else, and what is moved holds no reference, which the collector would be told of.
/// </summary>
internal sealed class RunHeap
{
    private readonly Stack<int> _freeSlots = [];
    private TickRun?[] _slots = new TickRun?[16];
    private Entry[] _entries = new Entry[16];

    public int Count { get; private set; }

    public TickRun First => _slots[_entries[0].Slot]!;

    /// <summary>Event time of the first run's current tick.</summary>
    public long FirstMicros => _entries[0].Micros;

    public void Add(TickRun run)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
            Array.Resize(ref _slots, Count * 2);
        }

        // Without a free one, those up to the count are taken.
        if (!_freeSlots.TryPop(out int slot)) slot = Count;
        _slots[slot] = run;
        Entry added = Entry.Of(run, slot);
        int hole = Count++;
        for (int parent = (hole - 1) / 2; hole > 0 && added.ComesBefore(_entries[parent]); hole = parent, parent = (hole - 1) / 2)
            _entries[hole] = _entries[parent];
        _entries[hole] = added;
    }

    /// <summary>Puts the first run where it belongs, after it went on to its next tick.</summary>
    public void MoveFirst() => SiftDown(Entry.Of(First, _entries[0].Slot));

    public void RemoveFirst()
    {
        int slot = _entries[0].Slot;
        _slots[slot] = null;
        _freeSlots.Push(slot);
        Entry last = _entries[--Count];
        if (Count > 0) SiftDown(last);
    }

    /// <summary>Takes all runs out, in no order.</summary>
    public IReadOnlyList<TickRun> Clear()
    {
        TickRun[] runs = [.. _slots.OfType<TickRun>()];
        Array.Clear(_slots);
        _freeSlots.Clear();
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
            // No branch: which of two runs is next is what a processor cannot foresee.
            if (child + 1 < entries.Length) child += entries[child + 1].ComesBefore(entries[child]) ? 1 : 0;
            if (!entries[child].ComesBefore(moved)) break;
            entries[hole] = entries[child];
            hole = child;
        }

        entries[hole] = moved;
    }

    private readonly record struct Entry(long Micros, long Rank, int Slot)
    {
        public static Entry Of(TickRun run, int slot) => new(run.Current.TimestampMicros, run.Rank, slot);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool ComesBefore(in Entry other) => Micros < other.Micros | (Micros == other.Micros & Rank < other.Rank);
    }
}
