using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// Tickers of up to 16 bytes, each name as one vector with zeros after its end, to be found by one comparison. What is not found may
/// be in the table all the same: only so many places are looked at, so that nobody gains by choosing names that collide.
/// </summary>
internal sealed class ShortNames
{
    private const int MaxProbes = 8;
    private const int MinEntries = 1024;

    private Entry[] _entries = new Entry[MinEntries];
    private int _count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TickerState? Find(Vector128<byte> name)
    {
        Entry[] entries = _entries;
        uint place = PlaceOf(name);
        for (int i = 0; i < MaxProbes; i++)
        {
            ref Entry entry = ref entries[(place + i) & (entries.Length - 1)];
            if (entry.Name == name) return entry.Ticker;
        }

        return null;
    }

    /// <summary>Enters a ticker that is not here yet, if it has a short name.</summary>
    public void Add(ReadOnlySpan<byte> utf8, TickerState ticker)
    {
        if (utf8.Length is 0 or > 16) return;
        Span<byte> name = stackalloc byte[Vector128<byte>.Count];
        utf8.CopyTo(name);
        if (++_count > _entries.Length / 2) Grow();
        Enter(new Entry { Name = Vector128.Create<byte>(name), Ticker = ticker });
    }

    private void Grow()
    {
        Entry[] old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (Entry entry in old)
        {
            if (entry.Ticker is not null) Enter(entry);
        }
    }

    private void Enter(Entry entry)
    {
        uint place = PlaceOf(entry.Name);
        for (int i = 0; i < MaxProbes; i++)
        {
            ref Entry free = ref _entries[(place + i) & (_entries.Length - 1)];
            if (free.Ticker is not null) continue;
            free = entry;
            return;
        }
    }

    private static uint PlaceOf(Vector128<byte> name)
    {
        ulong word = name.AsUInt64()[0] ^ (name.AsUInt64()[1] * 0x9E37_79B9_7F4A_7C15);
        return (uint)((word * 0xD6E8_FEB8_6659_FD93) >> 32);
    }

    private struct Entry
    {
        public Vector128<byte> Name;
        public TickerState? Ticker;
    }
}
