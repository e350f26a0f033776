using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Assignment;

/// <summary>Several workers of one application over one stream, on one thread and a virtual clock.</summary>
public sealed class SeveralWorkersTests : IDisposable
{
    private static readonly ConsumerOptions Defaults = new();
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<string> _killed = [];
    private readonly List<string> _touched = [];
    private long _bytes;
    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryObjectStore _lake = new();
    private readonly InMemoryStream _stream;
    private readonly Dictionary<string, CancellationTokenSource> _drains = [];
    private readonly Dictionary<string, ConsumerService> _workers = [];
    private readonly Dictionary<string, Task> _runs = [];

    public SeveralWorkersTests() => _stream = new InMemoryStream(shardCount: 8, recordsPerBatch: 10, _clock);

    [Fact]
    public void Shards_AreSharedEvenlyAndAgainWhenAWorkerComesOrGoes() => VirtualThread.Run(_clock, async () =>
    {
        Start("a");
        await AfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((8, 8), (Owned("a"), _workers["a"].LeaseMoves.Taken));

        Start("b");
        Start("c");
        await AfterAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([2, 3, 3], Shares());
        Assert.All(_workers, worker => Assert.Equal(Owned(worker.Key), worker.Value.LeaseMoves.Taken - worker.Value.LeaseMoves.LetGo));

        await StopAsync("b");
        // Less than a lease: nothing had to expire.
        await AfterAsync(TimeSpan.FromSeconds(5));
        Assert.Equal([4, 4], Shares());
        await StopAsync("a");
        await StopAsync("c");
    });

    [Fact]
    public void RecordsThatComeWhileShardsMove_AreCountedOnce() => VirtualThread.Run(_clock, async () =>
    {
        for (int i = 0; i < 600; i++)
        {
            if (i % 100 == 0) Start($"w{i}");
            _stream.Put("T" + (i % 20), TickLog.Json("T" + (i % 20), i, 1));
            await AfterAsync(TimeSpan.FromSeconds(0.5));
            if (i % 150 == 149) await StopAsync(_workers.Keys.First());
        }

        await AfterAsync(TimeSpan.FromSeconds(20));
        foreach (string worker in _workers.Keys.ToArray()) await StopAsync(worker);
        Books books = await PipelineRun.ConsumeAsync(_stream, _lake);
        Assert.Equal(new Books(Read: 600, Windowed: 600, 0, 0, 0), books);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(1.7)]
    [InlineData(2.8)]
    [InlineData(3.3)]
    public void ShardsOfAWorkerThatDied_AreTakenWithinItsLeaseAndTwoSeconds(double phase) => VirtualThread.Run(_clock, async () =>
    {
        await StartTwoAsync(TimeSpan.FromSeconds(phase));
        _killed.Add("a");
        Task dead = Assert.ThrowsAsync<ProcessCrashException>(() => _runs["a"]);
        _runs.Remove("a");
        DateTimeOffset died = _clock.GetUtcNow();
        await UntilAsync(() => Owned("b") == 8);
        Assert.InRange(_clock.GetUtcNow() - died, Defaults.LeaseDuration - (Defaults.LeaseDuration / 3), Defaults.LeaseDuration + TimeSpan.FromSeconds(2));
        await dead;
        await StopAsync("b");
    });

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(1.7)]
    [InlineData(2.8)]
    public void ShardsOfAWorkerThatStops_AreTakenWithinARenewal(double phase) => VirtualThread.Run(_clock, async () =>
    {
        await StartTwoAsync(TimeSpan.FromSeconds(phase));
        await StopAsync("a");
        DateTimeOffset stopped = _clock.GetUtcNow();
        await UntilAsync(() => Owned("b") == 8);
        Assert.InRange(_clock.GetUtcNow() - stopped, TimeSpan.Zero, Defaults.LeaseDuration / 3);
        await StopAsync("b");
    });

    // At thousands of tickers a state has megabytes. Renewals come three times in a lease, looks of each other worker eight times.
    [Theory]
    [InlineData(1)]
    [InlineData(3_000)]
    public void RenewalsAndLooks_MoveNoState_HoweverManyTickers(int tickers) => VirtualThread.Run(_clock, async () =>
    {
        for (int i = 0; i < tickers; i++) _stream.Put("T" + i, TickLog.Json("T" + i, 5, 1));
        await StartTwoAsync(TimeSpan.FromMinutes(3));
        _bytes = 0;
        _touched.Clear();
        await AfterAsync(TimeSpan.FromMinutes(1));
        Assert.All(_touched, key => Assert.EndsWith("/pointer", key, StringComparison.Ordinal));
        Assert.Equal(8, _touched.Distinct().Count());
        // 8 shards, renewed 18 times and looked at 48 times by the other worker; less than 1 kB each.
        Assert.InRange(_bytes, 100_000, 8 * 66 * 1024);
        await StopAsync("a");
        await StopAsync("b");
    });

    /// <summary>Two workers with four shards each, and then some time, so that what follows meets the renewals at another place.</summary>
    private async Task StartTwoAsync(TimeSpan phase)
    {
        Start("a");
        Start("b");
        await UntilAsync(() => Owned("a") == 4 && Owned("b") == 4);
        await AfterAsync(phase);
    }

    private void Start(string worker)
    {
        var drain = new CancellationTokenSource();
        var options = new ConsumerOptions { WorkerId = worker };
        var lake = new FaultyObjectStore(_lake, (_, key) =>
        {
            _touched.Add(key);
            _bytes += _lake.SizeOf(key);
            return _killed.Contains(worker) ? Fault.CrashBefore : Fault.None;
        });
        var service = new ConsumerService(_stream, lake, options, _clock, new Random(worker.Sum(letter => letter)), NullLoggerFactory.Instance);
        (_drains[worker], _workers[worker], _runs[worker]) = (drain, service, service.RunAsync(drain.Token));
    }

    private async Task StopAsync(string worker)
    {
        _drains.Remove(worker, out CancellationTokenSource? drain);
        drain!.Cancel();
        _workers.Remove(worker);
        _runs.Remove(worker, out Task? run);
        await run!;
        drain.Dispose();
    }

    private async Task UntilAsync(Func<bool> areShared)
    {
        for (var limit = new TimeLimit("the shards to be shared so", _clock); !areShared(); limit.Check()) await AfterAsync(Look);
    }

    private Task AfterAsync(TimeSpan wait) => Task.WhenAny([Task.Delay(wait, _clock), .. _runs.Values]).Unwrap();

    private int Owned(string worker) => _workers[worker].Shards.Count(shard => shard.IsOwned);

    private int[] Shares() => [.. _workers.Keys.Select(Owned).Order()];

    public void Dispose()
    {
        foreach (CancellationTokenSource drain in _drains.Values) drain.Dispose();
    }
}
