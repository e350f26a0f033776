using Microsoft.Extensions.Logging;
using Streaming.Shared.Aws;

namespace Streaming.Consumer.Catalog;

/// <summary>
/// Owns: which partitions still have to be registered in the catalog, and trying until they are. Does not own: rows. It never
/// stops them: a catalog that fails is told in the log and tried again, and what is missing at the end, after a crash too,
/// <c>consumer lake sync-partitions</c> brings in.
/// </summary>
public sealed partial class PartitionRegistrar(GlueTable table, TimeProvider time, ILogger logger)
{
    /// <summary>Partitions that wait. More are left to <c>sync-partitions</c>, which the log says.</summary>
    public const int MaxPending = 100_000;

    /// <summary>Registered ones that are remembered. Beyond it all are forgotten, and registered once more, which changes nothing.</summary>
    public const int MaxKnown = 1_000_000;

    /// <summary>Pause after a call that failed, although it was tried for some time.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly HashSet<Partition> _known = [];
    private readonly Queue<Partition> _pending = [];
    private TaskCompletionSource _work = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isFull;

    /// <summary>Partitions that wait for the catalog.</summary>
    public int PendingCount
    {
        get
        {
            lock (_lock) return _pending.Count;
        }
    }

    /// <summary>Partitions that this process found to be there, or made.</summary>
    public long RegisteredCount { get; private set; }

    /// <summary>Calls that failed, and partitions that were refused.</summary>
    public long FailureCount { get; private set; }

    /// <summary>To be told of each object of rows that stands. Returns at once; safe from any thread.</summary>
    public void Add(string key)
    {
        if (!Partition.TryParse(key, out Partition partition)) return;
        lock (_lock)
        {
            if (_pending.Count >= MaxPending)
            {
                if (!_isFull) Full(logger, MaxPending);
                _isFull = true;
                return;
            }

            if (_known.Count >= MaxKnown) _known.Clear();
            if (!_known.Add(partition)) return;
            _pending.Enqueue(partition);
            _work.TrySetResult();
        }
    }

    /// <summary>Registers until <paramref name="stop"/>, and then once more what is left, until <paramref name="abort"/>.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            while (true)
            {
                await _work.Task.WaitAsync(stop);
                if (!await RegisterAsync(abort)) await Task.Delay(RetryAfter, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            await RegisterAsync(abort);
        }

        int left = PendingCount;
        if (left > 0) Left(logger, left);
    }

    /// <summary>Registers what is pending now; false if something was not, which then stays pending.</summary>
    private async Task<bool> RegisterAsync(CancellationToken cancellation)
    {
        for (List<Partition> batch = Take(); batch.Count > 0; batch = Take())
        {
            try
            {
                GlueAnswer answer = await table.CreateAsync(batch, cancellation);
                RegisteredCount += batch.Count - answer.Refused.Count;
                Registered(logger, batch.Count - answer.Refused.Count, answer.New);
                if (answer.Refused.Count == 0) continue;
                Fail([.. answer.Refused.Keys], $"{answer.Refused.Count} refused, the first with {answer.Refused.Values.First()}");
            }
            catch (AwsException failure)
            {
                Fail(batch, failure.Message);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Fail(batch, "there was no time left");
            }

            return false;
        }

        return true;
    }

    private List<Partition> Take()
    {
        var batch = new List<Partition>(GlueTable.MaxPartitions);
        lock (_lock)
        {
            while (batch.Count < GlueTable.MaxPartitions && _pending.TryDequeue(out Partition partition)) batch.Add(partition);
            if (batch.Count == 0) _work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_pending.Count == 0) _isFull = false;
        }

        return batch;
    }

    private void Fail(IReadOnlyCollection<Partition> partitions, string problem)
    {
        FailureCount++;
        lock (_lock)
        {
            foreach (Partition partition in partitions) _pending.Enqueue(partition);
            _work.TrySetResult();
        }

        Failed(logger, PendingCount, problem);
    }

    [LoggerMessage(301, LogLevel.Debug, "{Count} partitions are in the catalog, {New} of them new")]
    private static partial void Registered(ILogger logger, int count, int @new);

    [LoggerMessage(302, LogLevel.Warning, "{Count} partitions could not be registered and are tried again; their rows are written, but Athena does not see them yet: {Problem}")]
    private static partial void Failed(ILogger logger, int count, string problem);

    [LoggerMessage(303, LogLevel.Warning, "more than {Max} partitions wait for the catalog; register the others with: consumer lake sync-partitions")]
    private static partial void Full(ILogger logger, int max);

    [LoggerMessage(304, LogLevel.Warning, "{Count} partitions are not registered, Athena does not see them; register them with: consumer lake sync-partitions")]
    private static partial void Left(ILogger logger, int count);
}
