namespace Streaming.Tests.TestKit.Aws;

/// <summary>How the fake Kinesis fails. All rates are 0 to 1, may be changed while it runs, and are drawn from one seed.</summary>
public sealed class KinesisFaults(int seed)
{
    private readonly Random _random = new(seed);
    private int _calls;
    private int _timedOut;

    public int Seed => seed;

    /// <summary>Faults come in storms: of every so many calls (the second) so many (the first) may fail.</summary>
    public (int Calls, int Of) Storm { get; init; } = (1, 1);

    /// <summary>Single records of a PutRecords that succeeds, with InternalFailure.</summary>
    public double RefusedRecord { get; set; }

    /// <summary>Likewise, with ProvisionedThroughputExceededException, however slowly they come.</summary>
    public double ThrottledRecord { get; set; }

    /// <summary>Whole requests, with ProvisionedThroughputExceededException.</summary>
    public double Throttle { get; set; }

    /// <summary>How many of the failures below happen after the work was done. A put that is then repeated is there twice.</summary>
    public double AfterTheWork { get; set; } = 0.5;

    /// <summary>Answers 500.</summary>
    public double ServerError { get; set; }

    /// <summary>Cuts the connection.</summary>
    public double DroppedConnection { get; set; }

    /// <summary>Does the work and never answers.</summary>
    public double TimeoutAfterSuccess { get; set; }

    /// <summary>How often that happened.</summary>
    public int TimedOut => _timedOut;

    /// <summary>GetRecords with an iterator that was good.</summary>
    public double ExpiredIterator { get; set; }

    /// <summary>Answers to GetRecords without <c>NextShardIterator</c>, and at the end of a closed shard without <c>ChildShards</c>.</summary>
    public double MissingIterator { get; set; }

    /// <summary>Answers to GetRecords without <c>Records</c>, whose iterator passes over what should have been in them.</summary>
    public double MissingRecords { get; set; }

    /// <summary>Records without <c>ApproximateArrivalTimestamp</c>.</summary>
    public double MissingArrival { get; set; }

    /// <summary>What every answer to GetRecords gives as <c>MillisBehindLatest</c>; null for the truth.</summary>
    public long? MillisBehindLatest { get; set; }

    /// <summary>Records in an answer at most.</summary>
    public int MaxRecordsPerAnswer { get; set; } = 10_000;

    /// <summary>Refuses single records of these shards, always.</summary>
    public HashSet<string> ThrottledShards { get; } = [];

    /// <summary>Keeps the limits of reads and writes per second and shard.</summary>
    public bool KeepsRates { get; set; }

    /// <summary>Answers AccessDeniedException.</summary>
    public HashSet<string> DeniedOperations { get; } = [];

    /// <summary>Answers ExpiredTokenException to this access key.</summary>
    public string? ExpiredAccessKey { get; set; }

    /// <summary>The service's clock is so far ahead.</summary>
    public TimeSpan ClockSkew { get; set; }

    public void BeginCall() => Interlocked.Increment(ref _calls);

    internal void CountTimeout() => Interlocked.Increment(ref _timedOut);

    public bool Draw(double rate)
    {
        if (rate <= 0 || (Volatile.Read(ref _calls) - 1) % Storm.Of >= Storm.Calls) return false;
        lock (_random) return _random.NextDouble() < rate;
    }

    public void Clear()
    {
        RefusedRecord = ThrottledRecord = Throttle = ServerError = DroppedConnection = TimeoutAfterSuccess = ExpiredIterator = 0;
        MissingIterator = MissingRecords = MissingArrival = 0;
        lock (ThrottledShards) ThrottledShards.Clear();
    }
}
