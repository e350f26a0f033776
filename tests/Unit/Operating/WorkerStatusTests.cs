using Streaming.Consumer;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Http;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Operating;

/// <summary>What the status says of a worker that it knows by its checkpoints only.</summary>
public sealed class WorkerStatusTests
{
    private static readonly string Shard = InMemoryStream.ShardId(0);

    private readonly InMemoryObjectStore _lake = new();
    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);

    // The worker's pages say 503, so the status must not say healthy.
    [Fact]
    public async Task WorkerThatDrains_IsNotHealthy()
    {
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, new FastTimeProvider(PipelineRun.Now));
        stream.Put("A", TickLog.Json("A", 5, 1));
        using var drain = new CancellationTokenSource();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new SlowObjectStore(_lake, key => key.StartsWith("avg_1min", StringComparison.Ordinal), reached, goOn.Task);
        ConsumerService service = Feed(stream, slow, idleFlushAfter: TimeSpan.FromDays(1));
        Task run = service.RunAsync(drain.Token);
        await StatusWhenAsync(stream, run, status => status.Healthy);
        drain.Cancel();
        await reached.Task;
        Assert.False(Readiness.Of(service, stream.Time).Ready);
        ApplicationStatus status = await StatusWhenAsync(stream, run, status => !status.Healthy);
        Assert.Equal([$"{Shard}: its worker drains"], status.Problems);
        Assert.Equal("owned", status.Shards[0].State);
        goOn.SetResult();
        await run;
    }

    [Fact]
    public async Task WorkerWhoseRowsAreRefused_IsNotHealthyUntilTheyAreTaken()
    {
        bool isRefused = true;
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, new FastTimeProvider(PipelineRun.Now));
        stream.Put("A", TickLog.Json("A", 5, 1));
        var faulty = new FaultyObjectStore(_lake, (call, key) => isRefused && call == "put" && key.StartsWith("avg_1min", StringComparison.Ordinal) ? Fault.FailBefore : Fault.None);
        using var drain = new CancellationTokenSource();
        ConsumerService service = Feed(stream, faulty, idleFlushAfter: TimeSpan.FromSeconds(1));
        Task run = service.RunAsync(drain.Token);
        ApplicationStatus status = await StatusWhenAsync(stream, run, status => status.Problems.Any(problem => problem.Contains("injected", StringComparison.Ordinal)));
        Assert.False(status.Healthy);
        isRefused = false;
        await StatusWhenAsync(stream, run, status => status.Healthy && status.Shards[0].Books.Read == 1);
        drain.Cancel();
        await run;
    }

    [Fact]
    public async Task OwnerThatWritesNothingMore_IsSilentWithinTwoLeases()
    {
        InMemoryStream stream = Stream();
        await OwnAsync(stream);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("owned", (await StatusAsync(stream)).Shards[0].State);
        _clock.Advance(TimeSpan.FromSeconds(2));
        ApplicationStatus status = await StatusAsync(stream);
        Assert.Equal("silent", status.Shards[0].State);
        Assert.False(status.Healthy);
    }

    // Its clock may be behind: a sign of life is what counts.
    [Fact]
    public async Task OwnerThatSeemsLateAndWrites_IsOwned()
    {
        InMemoryStream stream = Stream();
        await OwnAsync(stream);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using ITimer renewal = _clock.CreateTimer(_ => RenewAsync(stream).GetAwaiter().GetResult(), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        Assert.Equal("owned", (await StatusAsync(stream)).Shards[0].State);
    }

    [Fact]
    public async Task ShardThatIsReadToItsTip_IsNotBehindAfterEmptyAnswers()
    {
        InMemoryStream stream = Stream();
        await PipelineRun.ConsumeAsync(stream, _lake);
        stream.ThrottledReads = 3;
        Assert.Equal(0, (await StatusAsync(stream)).Shards[0].BehindMs);
    }

    [Fact]
    public async Task RunOnce_IsHealthyUntilMoreRecordsCome()
    {
        InMemoryStream stream = Stream();
        await PipelineRun.ConsumeAsync(stream, _lake);
        ApplicationStatus done = await StatusAsync(stream);
        Assert.Equal((true, "done"), (done.Healthy, done.Shards[0].State));
        _clock.Advance(TimeSpan.FromSeconds(1));
        stream.Put("A", TickLog.Json("A", 6, 1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        ApplicationStatus behind = await StatusAsync(stream);
        Assert.Equal([$"{Shard}: records came since the last run ended, and no worker reads them"], behind.Problems);
        Assert.Equal(1000, behind.Shards[0].BehindMs);
    }

    [Fact]
    public async Task EndedShard_HasNoCheckpointAge()
    {
        InMemoryStream stream = Stream();
        await stream.SplitShardAsync(Shard, null, default);
        await PipelineRun.ConsumeAsync(stream, _lake);
        _clock.Advance(TimeSpan.FromHours(1));
        ApplicationStatus status = await StatusAsync(stream);
        Assert.Equal(["ended", "done", "done"], status.Shards.Select(shard => shard.State));
        Assert.Null(status.Shards[0].CheckpointAgeSeconds);
        Assert.Equal(1, status.Books.Read);
    }

    private InMemoryStream Stream()
    {
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, _clock);
        stream.Put("A", TickLog.Json("A", 5, 1));
        return stream;
    }

    private static ConsumerService Feed(InMemoryStream stream, IObjectStore lake, TimeSpan idleFlushAfter)
        => PipelineRun.Service(stream, lake, new ConsumerOptions { FlushInterval = TimeSpan.FromDays(1), DrainTimeout = Timeout.InfiniteTimeSpan, IdleFlushAfter = idleFlushAfter });

    private Task<ApplicationStatus> StatusAsync(InMemoryStream stream)
    {
        var reader = new StatusReader(stream, _lake, PipelineRun.Eager.AppName, stream.Time);
        return _clock.RunAsync(reader.ReadAsync(withLag: true, default));
    }

    /// <summary>Asks again and again, as a person would, until the status is the wanted one.</summary>
    private async Task<ApplicationStatus> StatusWhenAsync(InMemoryStream stream, Task run, Predicate<ApplicationStatus> isWanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        var reader = new StatusReader(stream, _lake, PipelineRun.Eager.AppName, stream.Time);
        while (true)
        {
            ApplicationStatus status = await reader.ReadAsync(withLag: true, limit.Token);
            if (isWanted(status)) return status;
            Assert.False(run.IsCompleted, string.Join('\n', status.Problems));
        }
    }

    /// <summary>The shard's checkpoint as that of a worker that reads it.</summary>
    private async Task OwnAsync(InMemoryStream stream)
    {
        await PipelineRun.ConsumeAsync(stream, _lake);
        await ChangeAsync(stream, document => document with { IsDone = false, Lease = document.Lease with { Owner = "worker", DurationMicros = 10_000_000 } });
    }

    private Task RenewAsync(InMemoryStream stream) => ChangeAsync(stream, document => document with { Lease = document.Lease with { Counter = document.Lease.Counter + 1 } });

    private async Task ChangeAsync(InMemoryStream stream, Func<CheckpointPointer, CheckpointPointer> change)
    {
        var checkpoints = new CheckpointStore(_lake, await stream.DescribeAsync(default), PipelineRun.Eager.AppName, new StoreRetry(_clock, new Random(1)));
        StoredPointer stored = (await checkpoints.ReadAsync(Shard, default))!;
        Assert.NotNull(await checkpoints.PutAsync(change(stored.Document) with { WrittenAt = IsoTime.ToMicros(_clock.GetUtcNow()) }, stored.Tag, default));
    }
}
