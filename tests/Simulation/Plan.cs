using Streaming.Consumer;

namespace Streaming.Tests.Simulation;

/// <summary>What a seed draws once, before anything runs: how long, how much, and which faults how often.</summary>
internal sealed class Plan
{
    public Plan(int seed)
    {
        Seed = seed;
        var random = new Random(seed);
        Options = new ConsumerOptions
        {
            Stream = "simulated-stream",
            Lake = "simulated-lake",
            AppName = "simulation",
            Grace = Seconds(Pick(random, 0, 2)),
            AllowedLateness = Seconds(Pick(random, 0, 60, 120, 300)),
            FlushInterval = Seconds(Pick(random, 0.2, 1, 3, 10)),
            IdleFlushAfter = Seconds(Pick(random, 0.5, 2, 5)),
            LeaseDuration = Seconds(Pick(random, 1, 3, 10)),
            DrainTimeout = Seconds(Pick(random, 2, 10, 25)),
        };
        Workers = Pick(random, 1, 1, 1, 2, 3);
        Shards = Pick(random, 1, 1, 2, 4);
        Tickers = Pick(random, 1, 2, 3, 5, 24);
        Records = Pick(random, 20, 60, 120, 240);
        PoisonBurst = random.Next(40) == 0 ? 1100 : 0;
        RecordPause = Seconds(Pick(random, 0.02, 0.1, 0.3));
        EventSecondsPerRecord = Pick(random, 1, 5, 20);
        LongestBatch = Pick(random, 1, 3, 7, 50);
        PollInterval = Seconds(Pick(random, 0.05, 0.2, 1));
        AreShardsUneven = random.Next(3) == 0;
        CalmAfter = Seconds(random.Next(0, 40));
        Reshards = Pick(random, 0, 0, 1, 3);
        TrimsEvery = random.Next(3) == 0 ? Seconds(random.Next(2, 8)) : null;

        Crash = Pick(random, 0, 0.002, 0.01);
        Stop = Pick(random, 0, 0.002, 0.01);
        Refusal = Pick(random, 0, 0.03, 0.1);
        Unknown = Pick(random, 0, 0.03, 0.1);
        StreamFailure = Pick(random, 0, 0, 0.002, 0.01);
        Throttle = Pick(random, 0, 0.05, 0.3);
        StormsEvery = Seconds(Pick(random, 10, 30, 10_000));
        LifecycleEvery = Seconds(Pick(random, 5, 15, 10_000));
        Redelivery = Pick(random, 0, 0.02);
        ClockJumpsEvery = Seconds(Pick(random, 5, 10_000));
        IteratorExpiry = Pick(random, 0, 0.01, 0.1);
        PutRefusal = Pick(random, 0, 0.05, 0.3);
        PutUnknown = Pick(random, 0, 0.03, 0.1);
        LosesEvery = random.Next(6) == 0 ? Seconds(random.Next(1, 8)) : null;
        MissingIterator = Pick(random, 0, 0, 0.02, 0.2);
        MissingRecords = Pick(random, 0, 0, 0.02, 0.2);
        MissingArrival = Pick(random, 0, 0, 0.1, 1);
        CheckpointFaults = Pick(random, 1, 4);
        // What was removed cannot be read again.
        ResetsEvery = random.Next(2) == 0 && TrimsEvery is null && LosesEvery is null ? Seconds(random.Next(3, 30)) : null;
    }

    public int Seed { get; }

    public ConsumerOptions Options { get; }

    /// <summary>Workers at most at once.</summary>
    public int Workers { get; }

    /// <summary>Shards at first.</summary>
    public int Shards { get; }

    public int Tickers { get; }

    public int Records { get; }

    /// <summary>Records at the start that all go to quarantine, so that it needs a second object; 0 in most seeds.</summary>
    public int PoisonBurst { get; }

    /// <summary>Mean time between two records.</summary>
    public TimeSpan RecordPause { get; }

    /// <summary>How fast event time goes.</summary>
    public int EventSecondsPerRecord { get; }

    /// <summary>Storms of splits and merges while records come.</summary>
    public int Reshards { get; }

    /// <summary>Records that a read brings at most.</summary>
    public int LongestBatch { get; }

    /// <summary>Pause of a reader at the tip.</summary>
    public TimeSpan PollInterval { get; }

    /// <summary>Some shards answer reads much more slowly than others.</summary>
    public bool AreShardsUneven { get; }

    /// <summary>Faults go on for so long after the last record.</summary>
    public TimeSpan CalmAfter { get; }

    /// <summary>How often the stream's retention removes what all checkpoints have passed; null for never.</summary>
    public TimeSpan? TrimsEvery { get; }

    /// <summary>Chance that a process dies at a step of a call: before it is carried out, before its answer, after it.</summary>
    public double Crash { get; }

    /// <summary>Chance that a process is stopped at a step of a call, to go on much later.</summary>
    public double Stop { get; }

    /// <summary>Chance that a call to the store fails and did nothing.</summary>
    public double Refusal { get; }

    /// <summary>Chance that a call to the store fails and nobody knows what it did.</summary>
    public double Unknown { get; }

    public double StreamFailure { get; }

    /// <summary>Chance that a read brings nothing although there is something.</summary>
    public double Throttle { get; }

    /// <summary>Chance that a read brings records again that an earlier one brought.</summary>
    public double Redelivery { get; }

    /// <summary>Mean time between two times in which the store refuses nearly everything, or all puts of some object.</summary>
    public TimeSpan StormsEvery { get; }

    /// <summary>Mean time between two starts, stops, pauses or kills that have nothing to do with a call.</summary>
    public TimeSpan LifecycleEvery { get; }

    public TimeSpan ClockJumpsEvery { get; }

    /// <summary>Chance that a reader's place in a shard has expired and must be asked for again.</summary>
    public double IteratorExpiry { get; }

    /// <summary>Chance that an answer to a read has no next iterator although the shard goes on, or names no children although it has ended.</summary>
    public double MissingIterator { get; }

    /// <summary>Chance that an answer to a read has no records, not even none.</summary>
    public double MissingRecords { get; }

    /// <summary>Chance that a record comes without its arrival time, each time that it is read.</summary>
    public double MissingArrival { get; }

    /// <summary>Chance that the stream refuses a single record of a put and takes the others.</summary>
    public double PutRefusal { get; }

    /// <summary>Chance that nobody knows what a put of records did, so that it is done again.</summary>
    public double PutUnknown { get; }

    /// <summary>How often it is tried to remove records that no checkpoint has passed, until it succeeds once; null for never.</summary>
    public TimeSpan? LosesEvery { get; }

    /// <summary>How many times as often nobody knows what a call for a pointer or a state did, and as often a process dies or is stopped at one.</summary>
    public int CheckpointFaults { get; }

    /// <summary>Mean time between two resets of a shard to its start by an operator; null for never.</summary>
    public TimeSpan? ResetsEvery { get; }

    /// <summary>A source of chance of its own for each purpose, so that drawing more for one leaves the others as they are.</summary>
    public Random RandomFor(string purpose)
    {
        uint mixed = 2166136261;
        foreach (char c in purpose) mixed = (mixed ^ c) * 16777619;
        return new Random((int)(mixed ^ ((uint)Seed * 2654435761)));
    }

    private static T Pick<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
