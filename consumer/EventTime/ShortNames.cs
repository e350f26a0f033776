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
    private const int MinPlaces = 1024;

    /// <summary>So many places for each name: nearly all stand in their first place or the next.</summary>
    private const int PlacesPerName = 4;

    /// <summary>Stands behind a name, up to the vector's end: a quote, which no name here has, and not zero, which a bad record may have.</summary>
    public static Vector128<byte> Filler => Vector128.Create((byte)'"');

    // Ids, and their names apart: small enough that those of a whole market stay in the processor's nearer caches. In an empty place is id 0, whose name
    // is one that nothing has.
    private int[] _places = OfSize(MinPlaces);
    private Vector128<byte>[] _names = new Vector128<byte>[MinPlaces / PlacesPerName];
    private int _count;

    public ShortNames() => _names[0] = NameOf([]);

    /// <summary>Finds a ticker's id: the first that was added has 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(Vector128<byte> name, out int id)
    {
        // Unchecked access: a first place has others behind it, and what stands in a place has a name.
        ref int place = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_places), PlaceOf(name, _places));
        ref Vector128<byte> names = ref MemoryMarshal.GetArrayDataReference(_names);
        // The first and the next are looked at together, without a branch between them, because nobody can foresee which of the two it is.
        (int first, int next) = (place, Unsafe.Add(ref place, 1));
        bool isFirst = (Unsafe.Add(ref names, first) ^ name) == Vector128<byte>.Zero;
        bool isNext = (Unsafe.Add(ref names, next) ^ name) == Vector128<byte>.Zero;
        id = isFirst ? first : next;
        return (isFirst | isNext) || TryFindFurther(name, out id);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindFurther(Vector128<byte> name, out int id)
    {
        foreach (int further in _places.AsSpan(PlaceOf(name, _places), MaxProbes))
        {
            id = further;
            if (_names[further] == name) return true;
        }

        id = 0;
        return false;
    }

    /// <summary>Enters the next ticker; only if it has a short name, it is found.</summary>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        if (++_count == _names.Length) Grow();
        _names[_count] = NameOf(utf8);
        Enter(_count);
    }

    private static Vector128<byte> NameOf(ReadOnlySpan<byte> utf8)
    {
        Span<byte> name = stackalloc byte[Vector128<byte>.Count];
        // What must be escaped in JSON never stands there as it is. Behind a quote there is nothing but quotes in what is looked for, so that this is never found.
        if (utf8.Length is 0 or > MaxBytes || utf8.ContainsAny((byte)'"', (byte)'\\')) utf8 = "\"\0"u8;
        Filler.CopyTo(name);
        utf8.CopyTo(name);
        return Vector128.Create<byte>(name);
    }

    private void Grow()
    {
        Array.Resize(ref _names, _names.Length * 2);
        _places = OfSize(_names.Length * PlacesPerName);
        for (int id = 1; id < _count; id++) Enter(id);
    }

    private void Enter(int id)
    {
        foreach (ref int free in _places.AsSpan(PlaceOf(_names[id], _places), MaxProbes))
        {
            if (free != 0) continue;
            free = id;
            return;
        }
    }

    /// <summary>Behind the last place that a name may have first, there are as many as it may have instead.</summary>
    private static int[] OfSize(int firstPlaces) => new int[firstPlaces + MaxProbes - 1];

    private static int PlaceOf(Vector128<byte> name, int[] places)
    {
        ulong word = name.AsUInt64()[0] ^ (name.AsUInt64()[1] * 0x9E37_79B9_7F4A_7C15);
        // The upper bits, which every byte of the name has a part in: names may differ in their last bytes alone.
        return (int)((word * 0xD6E8_FEB8_6659_FD93) >> BitOperations.LeadingZeroCount((ulong)(places.Length - MaxProbes)));
    }
}
