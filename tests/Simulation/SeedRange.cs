namespace Streaming.Tests.Simulation;

/// <summary>Many seeds on all cores, each on one thread.</summary>
internal sealed class SeedRange(int first, int count, int mostFailures)
{
    /// <summary>Of so many seeds one is run twice, and its histories compared.</summary>
    private const int RepeatEvery = 50;

    private readonly List<SeedResult> _failures = [];
    private int _next = first - 1;
    private int _done;

    public int Done => _done;

    /// <summary>In the order in which they were found.</summary>
    public IReadOnlyList<SeedResult> Failures => _failures;

    /// <param name="failed">Told of each seed that breaks a promise, one at a time.</param>
    public void Run(Action<SeedResult> failed)
    {
        // Threads of its own, because the thread pool is where no seed may ever be.
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => RunSome(failed)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }

    private void RunSome(Action<SeedResult> failed)
    {
        for (int seed; !IsEnough && (seed = Interlocked.Increment(ref _next)) < first + count;)
        {
            SeedResult result = RunOne(seed);
            Interlocked.Increment(ref _done);
            if (result.Violation is null) continue;
            lock (_failures)
            {
                if (IsEnough) return;
                _failures.Add(result);
                failed(result);
            }
        }
    }

    private bool IsEnough
    {
        get
        {
            lock (_failures) return _failures.Count >= mostFailures;
        }
    }

    private static SeedResult RunOne(int seed)
    {
        SeedResult result = SeedRun.Run(seed);
        if (result.Violation is not null || seed % RepeatEvery != 0) return result;
        SeedResult again = SeedRun.Run(seed);
        return again.History == result.History
            ? result
            : again with { Violation = new ViolationException("not deterministic", $"two runs have histories {result.History:x16} and {again.History:x16}") };
    }
}
