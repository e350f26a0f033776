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
        Assert.Equal(8, Owned("a"));

        Start("b");
        Start("c");
        await AfterAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([2, 3, 3], Shares());

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

    private void Start(string worker)
    {
        var drain = new CancellationTokenSource();
        var options = new ConsumerOptions { WorkerId = worker };
        var service = new ConsumerService(_stream, _lake, options, _clock, new Random(worker.GetHashCode(StringComparison.Ordinal)), NullLoggerFactory.Instance);
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

    private Task AfterAsync(TimeSpan wait) => Task.WhenAny([Task.Delay(wait, _clock), .. _runs.Values]).Unwrap();

    private int Owned(string worker) => _workers[worker].Shards.Count(shard => shard.IsOwned);

    private int[] Shares() => [.. _workers.Keys.Select(Owned).Order()];

    public void Dispose()
    {
        foreach (CancellationTokenSource drain in _drains.Values) drain.Dispose();
    }
}
