using Streaming.Tests.Simulation.Scheduling;

namespace Streaming.Tests.Simulation.Network;

/// <summary>Owns: the fate of each call, drawn from the seed. Does not own: what happens to processes.</summary>
internal sealed class Faults(Plan plan, Scheduler scheduler)
{
    private readonly Random _random = plan.RandomFor("faults");
    private TimeSpan _stormUntil;
    private string? _stormKey;
    private TimeSpan _lastLate;

    /// <summary>From now on every call succeeds, and soon.</summary>
    public bool AreOver { get; set; }

    /// <summary>Nothing that was called before can still be carried out.</summary>
    public bool IsAllCarriedOut => scheduler.Now > _lastLate;

    /// <param name="key">A part of the key, whose puts alone fail; null for all calls.</param>
    public void BeginStorm(TimeSpan duration, string? key) => (_stormUntil, _stormKey) = (scheduler.Now + duration, key);

    /// <param name="key">Of the object, or a prefix of those that are listed.</param>
    public Fate OfGet(string key)
    {
        if (!AreOver && (IsStorm(null) || Chance(plan.Refusal))) return Refused();
        return !AreOver && Chance(UnknownOf(key)) ? Lost(Milliseconds(500, 10_000)) : Answered();
    }

    /// <summary>Puts and deletes: what a failure did may be unknown.</summary>
    public Fate OfPut(string key)
    {
        if (!AreOver && (IsStorm(key) || Chance(plan.Refusal))) return Refused();
        return AreOver || !Chance(UnknownOf(key)) ? Answered() : Unanswered(Milliseconds(500, 10_000));
    }

    /// <summary>How many times as often as at another call a process dies or is stopped at a call for that key.</summary>
    public int DangerOf(string key) => IsCheckpoint(key) ? plan.CheckpointFaults : 1;

    /// <summary>Puts of records onto the stream.</summary>
    public Fate OfRecordPut() => AreOver || !Chance(plan.PutUnknown) ? Answered() : Unanswered(Milliseconds(200, 2000));

    /// <summary>The stream does not take one record of a put.</summary>
    public bool RefusesRecord => !AreOver && Chance(plan.PutRefusal);

    /// <param name="slowness">How many times as long as another shard's.</param>
    public Fate OfRead(int slowness)
    {
        if (!AreOver && Chance(plan.StreamFailure)) return Refused();
        TimeSpan extra = AreOver ? TimeSpan.Zero : Milliseconds(0, 200) * (slowness - 1);
        Fate fate = Answered();
        return fate with { CarriedOutAfter = fate.CarriedOutAfter + extra, AnsweredAfter = fate.AnsweredAfter + extra };
    }

    /// <summary>A read brings nothing although there is something.</summary>
    public bool IsThrottled => !AreOver && Chance(plan.Throttle);

    /// <summary>The service does not know the reader's place any more.</summary>
    public bool IsExpired => !AreOver && Chance(plan.IteratorExpiry);

    /// <summary>The answer to a read says nothing of where to read on.</summary>
    public bool MissesIterator => !AreOver && Chance(plan.MissingIterator);

    /// <summary>The answer to a read has no records, not even none.</summary>
    public bool MissesRecords => !AreOver && Chance(plan.MissingRecords);

    /// <summary>So many records before those that a read is to bring come once more.</summary>
    public int Redelivered => !AreOver && Chance(plan.Redelivery) ? _random.Next(1, 5) : 0;

    public int BatchSize => _random.Next(plan.LongestBatch) + 1;

    /// <summary>The end of a shard comes with its last records, or alone after them.</summary>
    public bool EndComesAlone => !AreOver && _random.Next(2) == 0;

    public bool Chance(double probability) => _random.NextDouble() < probability;

    private double UnknownOf(string key) => plan.Unknown * DangerOf(key);

    private static bool IsCheckpoint(string key) => key.StartsWith("checkpoints/", StringComparison.Ordinal);

    private bool IsStorm(string? key)
        => scheduler.Now < _stormUntil && (_stormKey is null ? Chance(0.95) : key is not null && key.Contains(_stormKey, StringComparison.Ordinal));

    private Fate Answered()
    {
        TimeSpan there = Latency();
        return new Fate(there, there + Latency(), null, OutlivesCaller: _random.Next(2) == 0);
    }

    private Fate Refused() => new(null, Latency() + Latency(), "refused with 503; nothing was done", false);

    private static Fate Lost(TimeSpan timeout) => new(null, timeout, "no answer in time; nothing was done", false);

    private Fate Unanswered(TimeSpan timeout) => _random.Next(5) switch
    {
        0 => Lost(timeout),
        1 or 2 => Late(timeout),
        _ => new Fate(Latency(), timeout, "no answer in time; it was carried out", OutlivesCaller: true),
    };

    private Fate Late(TimeSpan timeout)
    {
        TimeSpan carriedOut = timeout + Milliseconds(1, 60_000);
        _lastLate = TimeSpan.FromTicks(Math.Max(_lastLate.Ticks, (scheduler.Now + carriedOut).Ticks));
        return new Fate(carriedOut, timeout, "no answer in time; it is carried out later", OutlivesCaller: true);
    }

    private TimeSpan Latency() => !AreOver && _random.Next(50) == 0 ? Milliseconds(100, 5_000) : Milliseconds(1, 30);

    private TimeSpan Milliseconds(int from, int to) => TimeSpan.FromMicroseconds(_random.NextInt64(from * 1000L, to * 1000L));
}
