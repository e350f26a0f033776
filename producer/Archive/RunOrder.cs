using System.Numerics;
using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>
/// Owns which of the open runs has the earliest tick; at equal times by file order, then row order. Does not open, fill or close them.
/// </summary>
/// <remarks>
/// Keys are the time since a base above the run's place, and places follow the ranks, so that one comparison of integers decides. What is too far
/// from the base for the bits that are left waits until <see cref="Arrange"/> has moved the base.
/// </remarks>
internal sealed class RunOrder
{
    private readonly LoserTree _tree = new();
    private readonly List<TickRun> _runs = [];
    private TickRun[] _places = [];
    private ulong[] _keys = [];
    private long _baseMicros;
    private int _placeBits;
    private ulong _end;

    public int Count => _runs.Count;

    /// <summary>False if runs were added or removed, or the bound is reached: then <see cref="Arrange"/> comes next.</summary>
    public bool HasNext => _tree.Winner < _end;

    /// <summary>The run of the earliest tick. Here and below: only if it <see cref="HasNext"/>.</summary>
    public TickRun First => _places[_tree.Winner & (ulong)(_places.Length - 1)];

    /// <summary>Event time of the earliest tick; the greatest number if there is no run.</summary>
    public long FirstMicros()
    {
        long first = long.MaxValue;
        foreach (TickRun run in _runs) first = Math.Min(first, run.CurrentMicros);
        return first;
    }

    /// <param name="run">Has a current tick.</param>
    public void Add(TickRun run)
    {
        int place = _runs.BinarySearch(run, TickRun.ByRank);
        _runs.Insert(~place, run);
        _end = 0;
    }

    public void Remove(TickRun run)
    {
        _runs.Remove(run);
        _end = 0;
    }

    /// <summary>Takes all runs of the file out, or of any.</summary>
    public IReadOnlyList<TickRun> RemoveAll(ArchiveFile? file = null)
    {
        List<TickRun> removed = _runs.FindAll(run => file is null || run.Group.File == file);
        removed.ForEach(Remove);
        return removed;
    }

    /// <summary>Finds the earliest tick of all runs; there is one.</summary>
    /// <param name="endMicros">Ticks of this time or later are not to be taken before it is called again. The earliest is not one of them.</param>
    public void Arrange(long endMicros)
    {
        _baseMicros = FirstMicros();
        int places = (int)BitOperations.RoundUpToPowerOf2((uint)_runs.Count);
        _placeBits = BitOperations.Log2((uint)places);
        if (_places.Length != places) (_places, _keys) = (new TickRun[places], new ulong[places]);
        _places.AsSpan().Clear();
        _runs.CopyTo(_places);
        for (int place = 0; place < _runs.Count; place++) _keys[place] = KeyOf(_places[place].CurrentMicros, place);
        _tree.Build(_keys.AsSpan(0, _runs.Count));
        _end = KeyOf(endMicros, place: 0);
    }

    /// <summary>Takes the earliest tick; false if it was the last that its run has at hand, which then must be filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeFirst(ref Tick tick)
    {
        if (!First.Take(ref tick)) return false;
        MoveFirst();
        return true;
    }

    /// <summary>Puts the first run where it belongs, after it went on to another tick.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveFirst()
    {
        int place = (int)(_tree.Winner & (ulong)(_places.Length - 1));
        _tree.Replace(place, KeyOf(_places[place].CurrentMicros, place));
    }

    // The last distance is kept for all that lie further away.
    private ulong KeyOf(long micros, int place)
        => (Math.Min((ulong)(micros - _baseMicros), ulong.MaxValue >> _placeBits) << _placeBits) | (uint)place;
}
