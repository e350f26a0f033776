namespace Streaming.Producer.Publishing;

/// <summary>Room for a fixed number of records, whose buffers are used again and again: nothing is made per record.</summary>
internal sealed class RecordSlots
{
    private readonly Slot[] _slots;
    private int _firstFree;

    public RecordSlots(int capacity)
    {
        _slots = new Slot[capacity];
        for (int i = 0; i < capacity; i++) _slots[i].Next = i + 1 < capacity ? i + 1 : -1;
        for (int i = 0; i < capacity; i++) _slots[i].Number = long.MaxValue;
        Free = capacity;
    }

    public int Capacity => _slots.Length;

    public int Free { get; private set; }

    /// <summary>
    /// Smallest number of a record that is held; <see cref="long.MaxValue"/> if none is. Looks at every slot, which is cheaper once a second than
    /// an order that is kept for each record.
    /// </summary>
    public long Oldest
    {
        get
        {
            long oldest = long.MaxValue;
            foreach (ref readonly Slot slot in _slots.AsSpan()) oldest = Math.Min(oldest, slot.Number);
            return oldest;
        }
    }

    public ReadOnlySpan<byte> this[int slot] => _slots[slot].Bytes.AsSpan(0, _slots[slot].Length);

    /// <summary>Puts a copy at the end of the key's queue; there must be a free slot.</summary>
    public void Append(KeyQueue queue, ReadOnlySpan<byte> record, long number)
    {
        const int usualRecord = 256;
        int slot = _firstFree;
        ref Slot taken = ref _slots[slot];
        _firstFree = taken.Next;
        Free--;
        if (taken.Bytes is null || taken.Bytes.Length < record.Length) taken.Bytes = new byte[Math.Max(usualRecord, record.Length)];
        record.CopyTo(taken.Bytes);
        taken.Length = record.Length;
        taken.Next = -1;
        taken.Number = number;
        if (queue.Head < 0) queue.Head = slot;
        else _slots[queue.Tail].Next = slot;
        queue.Tail = slot;
    }

    /// <summary>Frees the oldest record's slot.</summary>
    public void RemoveHead(KeyQueue queue)
    {
        int slot = queue.Head;
        queue.Head = _slots[slot].Next;
        if (queue.Head < 0) queue.Tail = -1;
        _slots[slot].Next = _firstFree;
        _slots[slot].Number = long.MaxValue;
        _firstFree = slot;
        Free++;
    }

    private struct Slot
    {
        public byte[]? Bytes;
        public int Length;
        public int Next;
        public long Number;
    }
}
