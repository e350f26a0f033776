using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Assignment;

/// <summary>The order of the calls that a lease makes for pointer and states, and what it does when one of them fails.</summary>
public sealed class ShardLeaseTests
{
    private static readonly string Shard = InMemoryStream.ShardId(0);
    private static readonly string Pointer = PipelineRun.PointerKey(0);
    private static readonly string States = Pointer.Replace("pointer", "states/", StringComparison.Ordinal);

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryObjectStore _lake = new();
    private readonly List<string> _calls = [];
    private readonly InMemoryStream _stream;
    private readonly TickLog _log = new();
    private int _ticks;
    private Func<string, string, Fault> _plan = (_, _) => Fault.None;

    public ShardLeaseTests() => _stream = new InMemoryStream(1, 10, _clock);

    [Fact]
    public async Task Save_PutsTheStateThenMovesThePointerThenDeletesTheStateBefore()
    {
        using ShardLease lease = await TakeAsync("a");
        await SaveAsync(lease);
        string first = await StateAsync();
        _calls.Clear();
        await SaveAsync(lease);
        Assert.Equal([$"put {await StateAsync()}", $"put {Pointer}", $"delete {first}"], _calls);
        Assert.Equal([await StateAsync()], await StatesAsync());
    }

    // Its retry finds the name taken, by its own content.
    [Fact]
    public async Task StateWhoseAnswerIsLost_IsStoredOnceAndNamed()
    {
        using ShardLease lease = await TakeAsync("a");
        FailOnce("put", States, Fault.FailAfter);
        await SaveAsync(lease);
        Assert.Equal([await StateAsync()], await StatesAsync());
        Assert.Equal(2, _calls.Count(call => call == $"put {States}0000000001-a-0000000001"));
    }

    [Fact]
    public async Task StateThatCannotBeStored_MovesNoPointer_AndIsDeletedAfterTheNextSave()
    {
        using ShardLease lease = await TakeAsync("a");
        await SaveAsync(lease);
        string before = await StateAsync();
        // Carried out each time, and nobody knows.
        _plan = (call, key) => call == "put" && key.StartsWith(States, StringComparison.Ordinal) ? Fault.FailAfter : Fault.None;
        await FailAsync(() => SaveAsync(lease));
        Assert.Equal(before, await StateAsync());
        _plan = (_, _) => Fault.None;
        await SaveAsync(lease);
        Assert.Equal([await StateAsync()], await StatesAsync());
    }

    // An unknown move may still take place: what it names, and what it moves from, stay until a later move is confirmed.
    [Theory]
    [InlineData(Fault.FailBefore)]
    [InlineData(Fault.FailAfter)]
    public async Task MoveWithUnknownResult_DeletesNothing(Fault fault)
    {
        using ShardLease lease = await TakeAsync("a");
        await SaveAsync(lease);
        _plan = (call, key) => key == Pointer ? (call == "put" ? fault : Fault.FailBefore) : Fault.None;
        await FailAsync(() => SaveAsync(lease));
        Assert.Equal(2, (await StatesAsync()).Length);
        _plan = (_, _) => Fault.None;
        await SaveAsync(lease);
        Assert.Equal([await StateAsync()], await StatesAsync());
    }

    [Fact]
    public async Task StateThatCannotBeDeleted_FailsNoSave_AndIsDeletedLater()
    {
        using ShardLease lease = await TakeAsync("a");
        await SaveAsync(lease);
        _plan = (call, _) => call == "delete" ? Fault.FailBefore : Fault.None;
        await SaveAsync(lease);
        await SaveAsync(lease);
        Assert.Equal(3, (await StatesAsync()).Length);
        _plan = (_, _) => Fault.None;
        await SaveAsync(lease);
        Assert.Equal([await StateAsync()], await StatesAsync());
    }

    [Fact]
    public async Task Renewal_KeepsPositionAndState_AndRaisesTheCounter()
    {
        using ShardLease lease = await TakeAsync("a");
        await SaveAsync(lease);
        using JsonDocument before = await PointerAsync();
        _log.Tick("A", 99, 1);
        _calls.Clear();
        await lease.RenewAsync(default);
        using JsonDocument after = await PointerAsync();
        Assert.Equal([$"put {Pointer}"], _calls);
        Assert.Equal(Text(before, "position") + Text(before, "state"), Text(after, "position") + Text(after, "state"));
        Assert.Equal(Counter(before) + 1, Counter(after));
    }

    [Fact]
    public async Task WorkerThatLostItsLease_DeletesNothing()
    {
        using ShardLease lost = await TakeAsync("a");
        await SaveAsync(lost);
        Expire();
        using ShardLease taken = await TakeAsync("b");
        string[] before = await StatesAsync();
        _calls.Clear();
        await Assert.ThrowsAsync<LeaseLostException>(() => SaveAsync(lost));
        Assert.DoesNotContain(_calls, call => call.StartsWith("delete", StringComparison.Ordinal));
        Assert.Equal(before.Length + 1, (await StatesAsync()).Length);
    }

    [Fact]
    public async Task NewOwner_DeletesWhatEarlierOwnersLeft_OnceItHasClaimed()
    {
        using ShardLease first = await TakeAsync("a");
        await SaveAsync(first);
        string named = await StateAsync();
        await _lake.PutAsync(States + "0000000001-a-0000000007", "late"u8.ToArray(), null, default);
        await _lake.PutAsync(States + "0000000003-c-0000000001", "of a later owner"u8.ToArray(), null, default);
        Expire();
        using ShardLease second = await TakeAsync("b");
        Assert.Equal(3, (await StatesAsync()).Length);
        await second.SweepAsync(default);
        Assert.Equal([named, States + "0000000003-c-0000000001"], await StatesAsync());
        Assert.Equal(_ticks, (await second.LoadAsync(default)).Windows.Sum(window => (int)window.Value.TickCount));
    }

    [Fact]
    public async Task StateThatIsGoneBecauseAnotherOwnerMovedOn_IsALostLease()
    {
        using ShardLease first = await TakeAsync("a");
        await SaveAsync(first);
        Expire();
        using ShardLease second = await TakeAsync("b");
        Expire();
        using ShardLease third = await TakeAsync("c");
        await SaveAsync(third);
        await Assert.ThrowsAsync<LeaseLostException>(() => second.LoadAsync(default));
    }

    // It may have begun with what was left after another owner's reads were trimmed: its rows would be of no prefix of the shard.
    [Fact]
    public async Task FirstFlushOfAWorkerThatLostItsLease_WritesNoRow()
    {
        using ShardLease lost = await TakeAsync("a");
        Expire();
        using ShardLease taken = await TakeAsync("b");
        await Assert.ThrowsAsync<LeaseLostException>(() => FlushAsync(lost));
        Assert.Empty(await _lake.ListAsync(LakeLayout.Table, default).ToArrayAsync());
        await FlushAsync(taken);
        Assert.Single(await _lake.ListAsync(LakeLayout.Table, default).ToArrayAsync());
    }

    [Fact]
    public async Task Request_IsSeenAtTheNextRenewal_AndKeepsTheState()
    {
        using ShardLease lease = await TakeAsync("a");
        await SaveAsync(lease);
        CheckpointStore checkpoints = await CheckpointsAsync(_lake);
        StoredPointer stored = (await checkpoints.ReadAsync(Shard, default))!;
        Assert.NotNull(await checkpoints.PutAsync(stored.Document with { Lease = stored.Document.Lease with { RequestedBy = "b" } }, stored.Tag, default));
        // The first attempt finds the request, and the second goes on from it.
        await _clock.RunAsync(RenewAsync(lease));
        Assert.True(lease.IsRequested);
        Assert.Equal([await StateAsync()], await StatesAsync());
    }

    private async Task<ShardLease> TakeAsync(string worker)
    {
        var faulty = new FaultyObjectStore(_lake, (call, key) =>
        {
            _calls.Add($"{call} {key}");
            return _plan(call, key);
        });
        var assigner = new ShardAssigner(_stream, await CheckpointsAsync(faulty), PipelineRun.Eager, worker, _clock, new Random(1), NullLogger.Instance);
        IReadOnlyList<ShardLease> taken = [];
        for (int looks = 0; taken.Count == 0 && looks < 3; looks++)
        {
            taken = await assigner.TakeAsync([], (shard, failure) => Assert.Fail($"{shard}: {failure.Message}"), default);
            if (taken.Count == 0) Expire();
        }

        return Assert.Single(taken);
    }

    private async Task<CheckpointStore> CheckpointsAsync(IObjectStore store)
        => new(store, await _stream.DescribeAsync(default), PipelineRun.Eager.AppName, new StoreRetry(_clock, new Random(1)));

    private void Expire() => _clock.Advance(PipelineRun.Eager.LeaseDuration * 2);

    /// <summary>One tick more, and a save of all.</summary>
    private Task<bool> SaveAsync(ShardLease lease)
    {
        _log.Tick("A", _ticks++, 1);
        FlushSnapshot snapshot = _log.Windows.Snapshot(openWindowsToo: true);
        return _clock.RunAsync(SaveAsync(lease, snapshot));
    }

    private static async Task<bool> RenewAsync(ShardLease lease)
    {
        await lease.RenewAsync(default);
        return true;
    }

    private async Task FlushAsync(ShardLease lease)
    {
        _log.Tick("A", _ticks++, 1);
        CheckpointStore checkpoints = await CheckpointsAsync(_lake);
        ObjectOrigin origin = checkpoints.Origin(Shard);
        var flusher = new ShardFlusher(
            new BarWriter(_lake, origin, new HashSet<string>(), checkpoints.Retry, new MemoryBudget()), new KeptRecordWriter(_lake, origin, checkpoints.Retry));
        await flusher.FlushAsync(_log.Windows.Snapshot(openWindowsToo: true), lease, default);
    }

    private static async Task<bool> SaveAsync(ShardLease lease, FlushSnapshot snapshot)
    {
        await lease.SaveAsync(snapshot, isWritten: _ => false, problem: null, default);
        return true;
    }


    private static async Task FailAsync(Func<Task> save) => await Assert.ThrowsAsync<StoreUnavailableException>(save);

    private void FailOnce(string operation, string prefix, Fault fault)
    {
        bool hasFailed = false;
        _plan = (call, key) =>
        {
            if (hasFailed || call != operation || !key.StartsWith(prefix, StringComparison.Ordinal)) return Fault.None;
            hasFailed = true;
            return fault;
        };
    }

    private async Task<JsonDocument> PointerAsync() => JsonDocument.Parse((await _lake.GetAsync(Pointer, default))!.Content);

    private async Task<string> StateAsync() => await PipelineRun.StateKeyAsync(_lake, 0);

    private async Task<string[]> StatesAsync() => await _lake.ListAsync(States, default).ToArrayAsync();

    private static string? Text(JsonDocument pointer, string name) => pointer.RootElement.GetProperty(name).GetString();

    private static long Counter(JsonDocument pointer) => pointer.RootElement.GetProperty("lease").GetProperty("counter").GetInt64();
}
