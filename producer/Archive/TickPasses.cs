using Streaming.Producer.Pacing;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Archive;

/// <summary>
/// All ticks of a replay, pass after pass, with the event time that they are sent with. The same archive and options give the same ticks
/// in the same order, so that a place in them is a number. Does not own when a tick leaves.
/// </summary>
/// <param name="shift">Null for ticks that get their time when they are sent.</param>
/// <param name="passes">Null for ever.</param>
internal sealed class TickPasses(TickArchive archive, EventTimeShift? shift, int? passes) : IDisposable
{
    private EventTimeMerge? _ticks;
    private int _pass;

    /// <summary>There was one at least.</summary>
    public bool HasTicks { get; private set; }

    public bool TryRead(ref Tick tick)
    {
        _ticks ??= archive.Read(isFirstPass: true);
        while (!_ticks.TryRead(ref tick))
        {
            // What one pass lacks, no later one has.
            if (!HasTicks || _pass + 1 == passes) return false;
            _ticks.Dispose();
            _ticks = archive.Read(isFirstPass: false);
            _pass++;
            shift?.BeginPass(_pass);
        }

        HasTicks = true;
        shift?.Apply(ref tick);
        return true;
    }

    /// <summary>Passes over the ticks that an earlier attempt has sent.</summary>
    public void Skip(long count)
    {
        Tick tick = default;
        while (count-- > 0 && TryRead(ref tick))
        {
        }
    }

    public void Dispose() => _ticks?.Dispose();
}
