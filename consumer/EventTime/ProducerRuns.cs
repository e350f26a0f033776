using System.Runtime.CompilerServices;

namespace Streaming.Consumer.EventTime;

/// <summary>
/// How far each run of a producer has come with one ticker. Within a run <c>seq</c> only grows along the shard, because the producer
/// has one record of a ticker in flight; so whatever is not above the highest is a record that was put again.
/// </summary>
public struct ProducerRuns
{
    /// <summary>
    /// Runs that are remembered, the one that advanced longest ago is forgotten first. A record is put again while its run still writes, so
    /// those that write one ticker at the same time must fit: one as a rule, two while a producer is replaced.
    /// </summary>
    public const int Limit = 8;

    // The run that advanced last stands here and not in the list, because it is nearly always the one that is asked for.
    private string? _newest;
    private long _newestSeq;
    private List<RunMark>? _older;

    /// <summary>True for a repeat.</summary>
    public readonly bool HasShown(string run, long seq) => ReferenceEquals(run, _newest) ? seq <= _newestSeq : HasShownOther(run, seq);

    // Also the newest one, as another text of the same id.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool HasShownOther(string run, long seq)
    {
        if (run == _newest) return seq <= _newestSeq;
        int place = FindOlder(run);
        return place >= 0 && seq <= _older![place].Seq;
    }

    /// <summary>Notes a record of the run that advanced last, if it is no repeat; else does nothing and returns false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdvance(string run, long seq)
    {
        if (!ReferenceEquals(run, _newest) || seq <= _newestSeq) return false;
        _newestSeq = seq;
        return true;
    }

    /// <summary>Notes a record that is no repeat.</summary>
    public void Advance(string run, long seq)
    {
        if (!ReferenceEquals(run, _newest)) MakeNewest(run);
        _newestSeq = seq;
    }

    /// <summary>In the order in which they advanced. It follows from the log alone, and so does what is forgotten.</summary>
    public readonly IEnumerable<RunMark> All => _newest is null ? [] : [.. _older ?? [], new RunMark(_newest, _newestSeq)];

    private void MakeNewest(string run)
    {
        if (_newest is not null && _newest != run)
        {
            _older ??= [];
            if (FindOlder(run) is >= 0 and int place) _older.RemoveAt(place);
            else if (_older.Count == Limit - 1) _older.RemoveAt(0);
            _older.Add(new RunMark(_newest, _newestSeq));
        }

        // Also in place of an equal one: what a checkpoint brought are as many texts as tickers, what is decoded is one.
        _newest = run;
    }

    private readonly int FindOlder(string run)
    {
        int i = (_older?.Count ?? 0) - 1;
        while (i >= 0 && _older![i].Run != run) i--;
        return i;
    }
}

/// <param name="Run">The run's id as it stands in its records, 1 to 64 characters of ASCII.</param>
/// <param name="Seq">The highest that the ticker has shown of it.</param>
public readonly record struct RunMark(string Run, long Seq);
