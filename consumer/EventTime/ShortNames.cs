using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// Tickers of up to 15 bytes that stand in JSON as they are, each name as one vector with quotes behind it, to be found by one comparison. What is not
/// found may be in the table all the same: only so many places are looked at, so that nobody gains by choosing names that collide.
/// </summary>
internal sealed class ShortNames
{
    private const int MaxBytes = 15;
    private const int MaxProbes = 8;
    private const int MinEntries = 1024;

    /// <summary>So many places for each name: nearly all stand in their first place or the next.</summary>
    private const int PlacesPerName = 4;

    /// <summary>Stands behind a name, up to the vector's end: a quote, which no name here has, and not zero, which a bad record may have.</summary>
    public static Vector128<byte> Filler => Vector128.Create((byte)'"');

    private Entry[] _entries = OfSize(MinEntries);
    private int _count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TickerState? Find(Vector128<byte> name)
    {
        // Unchecked access: a first place has others behind it.
        Entry[] entries = _entries;
        int place = PlaceOf(name, entries);
        ref Entry first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(entries), place);
        // The first and the next are looked at together, without a branch between them, because nobody can foresee which of the two it is.
        bool isFirst = (first.Name ^ name) == Vector128<byte>.Zero;
        bool isNext = (Unsafe.Add(ref first, 1).Name ^ name) == Vector128<byte>.Zero;
        return isFirst | isNext ? Unsafe.Add(ref first, isFirst ? 0 : 1).Ticker : FindFurther(name, place);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TickerState? FindFurther(Vector128<byte> name, int place)
    {
        foreach (ref Entry entry in _entries.AsSpan(place, MaxProbes - 1))
        {
            if (entry.Name == name) return entry.Ticker;
        }

        return null;
    }

    /// <summary>Enters a ticker that is not here yet, if it has a short name.</summary>
    public void Add(ReadOnlySpan<byte> utf8, TickerState ticker)
    {
        // What must be escaped in JSON never stands there as it is.
        if (utf8.Length is 0 or > MaxBytes || utf8.ContainsAny((byte)'"', (byte)'\\')) return;
        Span<byte> name = stackalloc byte[Vector128<byte>.Count];
        Filler.CopyTo(name);
        utf8.CopyTo(name);
        if (++_count > _entries.Length / PlacesPerName) Grow();
        Enter(new Entry { Name = Vector128.Create<byte>(name), Ticker = ticker });
    }

    private void Grow()
    {
        Entry[] old = _entries;
        _entries = OfSize((MaskOf(old) + 1) * 2);
        foreach (Entry entry in old)
        {
            if (entry.Ticker is not null) Enter(entry);
        }
    }

    private void Enter(Entry entry)
    {
        foreach (ref Entry free in _entries.AsSpan(PlaceOf(entry.Name, _entries), MaxProbes))
        {
            if (free.Ticker is not null) continue;
            free = entry;
            return;
        }
    }

    /// <summary>Behind the last place that a name may have first, there are as many as it may have instead.</summary>
    private static Entry[] OfSize(int firstPlaces) => new Entry[firstPlaces + MaxProbes - 1];

    private static int MaskOf(Entry[] entries) => entries.Length - MaxProbes;

    private static int PlaceOf(Vector128<byte> name, Entry[] entries)
    {
        ulong word = name.AsUInt64()[0] ^ (name.AsUInt64()[1] * 0x9E37_79B9_7F4A_7C15);
        // The upper bits, which every byte of the name has a part in: names may differ in their last bytes alone.
        return (int)((word * 0xD6E8_FEB8_6659_FD93) >> BitOperations.LeadingZeroCount((ulong)MaskOf(entries)));
    }

    private struct Entry
    {
        public Vector128<byte> Name;
        public TickerState? Ticker;
    }
}
