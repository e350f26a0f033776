using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Live;
using Streaming.Shared.Aws;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Live;

public sealed class LiveFeedTests
{
    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly TickLog _log = new();
    private readonly Viewer _viewer = new();
    private readonly AwsActivity _aws = new();
    private ConsumerService? _service;

    [Fact]
    public void ViewerSeesRowsComeAndChange() => Run(async (board, feed) =>
    {
        using LiveShard shard = board.Join("shard-0", _log.Windows);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> messages = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        _log.Tick("A", 5, 1);
        _log.Tick("<img src=x onerror=alert(1)>", 5, 2);
        await NextAsync(messages, shard);
        Assert.Equal((1, 2), (_viewer.FullMessages, _viewer.RowsTold));
        Assert.Equal(1, _viewer.Rows[("A", Start(0))].Bar.LastClose);
        Assert.Contains(_viewer.Rows.Keys, key => key.Ticker.StartsWith("<img", StringComparison.Ordinal));

        await NextAsync(messages, shard);
        Assert.Equal(0, _viewer.RowsTold);

        // The next minute closes the first, and a late tick corrects that.
        _log.Tick("A", 70, 3);
        await NextAsync(messages, shard);
        Assert.Equal((true, false), (_viewer.Rows[("A", Start(0))].IsClosed, _viewer.Rows[("A", Start(1))].IsClosed));
        _log.Tick("A", 50, 2);
        await NextAsync(messages, shard);
        Assert.Equal((1, 2L), (_viewer.RowsTold, _viewer.Rows[("A", Start(0))].Bar.TickCount));
        Assert.Equal(1, _viewer.FullMessages);
    });

    [Fact]
    public void LateAndBadRecords_AreToldWithReasonAndPosition() => Run(async (board, feed) =>
    {
        using LiveShard shard = board.Join("shard-0", _log.Windows);
        _log.Records([TickLog.Json("A", 3600, 1), TickLog.Json("A", 5, 1), "no json"]);
        // Nobody watches yet.
        shard.OnNext(_log.Last);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> messages = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        await NextAsync(messages, shard);
        Assert.Equal([("late", "2", "A"), ("bad", "3", null)], _viewer.Problems.Select(problem => (problem.Kind, problem.Position, problem.Ticker)));
        Assert.Contains("of 14:30:05, came when its ticker was at 15:30:00", _viewer.Problems[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("no json", _viewer.Problems[1].Text, StringComparison.Ordinal);

        await NextAsync(messages, shard);
        Assert.Equal(2, _viewer.Problems.Count);
    });

    [Fact]
    public void Throttles_AreToldOnceASecond() => Run(async (board, feed) =>
    {
        using LiveShard shard = board.Join("shard-0", _log.Windows);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> messages = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        await NextAsync(messages, shard);
        for (int i = 0; i < 3; i++) _aws.CountRetry(AwsReaction.Throttled);
        _aws.CountRetry(AwsReaction.OutcomeUnknown);
        for (int i = 0; i < 4; i++) await NextAsync(messages, shard);
        Assert.Equal([("throttled", "3 requests were refused for their rate within a second, and are made again")], _viewer.Problems.Select(problem => (problem.Kind, problem.Text)));
    });

    [Fact]
    public void ShardThatIsLost_TakesItsRowsAlong() => Run(async (board, feed) =>
    {
        LiveShard shard = board.Join("shard-0", _log.Windows);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> messages = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        _log.Tick("A", 5, 1);
        await NextAsync(messages, shard);
        Assert.Single(_viewer.Rows);
        shard.Dispose();
        Assert.True(await messages.MoveNextAsync());
        _viewer.Take(messages.Current);
        Assert.Equal((2, 0), (_viewer.FullMessages, _viewer.Rows.Count));
    });

    [Fact]
    public void Drain_LeavesTheRowsOnThePage() => Run(async (board, feed) =>
    {
        LiveShard shard = board.Join("shard-0", _log.Windows);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> messages = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        _log.Tick("A", 5, 1);
        await NextAsync(messages, shard);
        using var drain = new CancellationTokenSource(TimeSpan.FromSeconds(1), _clock);
        await _service!.RunAsync(drain.Token);
        Assert.True(_service.IsDraining);
        shard.Dispose();
        Assert.True(await messages.MoveNextAsync());
        _viewer.Take(messages.Current);
        Assert.Equal((1, 1), (_viewer.FullMessages, _viewer.Rows.Count));
    });

    [Fact]
    public void ViewersAtTheSamePlace_ShareAMessage() => Run(async (board, feed) =>
    {
        using LiveShard shard = board.Join("shard-0", _log.Windows);
        _log.Tick("A", 5, 1);
        shard.OnNext(_log.Last);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> one = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> other = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        for (int i = 0; i < 3; i++)
        {
            await Task.WhenAll(one.MoveNextAsync().AsTask(), other.MoveNextAsync().AsTask());
            Assert.True(MemoryMarshal.TryGetArray(one.Current, out ArraySegment<byte> first));
            Assert.True(MemoryMarshal.TryGetArray(other.Current, out ArraySegment<byte> second));
            Assert.Same(first.Array, second.Array);
        }
    });

    [Fact]
    public void NobodyWatches_NoWindowIsLookedAtBeforeItIsForgotten() => Run((board, _) =>
    {
        using LiveShard shard = board.Join("shard-0", _log.Windows);
        for (int minute = 0; minute < 40; minute++)
        {
            _log.Tick("A", minute * 60, minute);
            shard.OnNext(_log.Last);
        }

        Assert.Empty(shard.BarsOf("A"));
        Flush();
        Assert.Equal(Enumerable.Range(10, 30).Select(Start), shard.BarsOf("A").Select(bar => bar.Bar.WindowStartMicros));
        return Task.CompletedTask;
    });

    // Whatever is looked at when, and however slow the viewer is: in the end it has the last rows of each ticker as the fold has them.
    [Fact]
    public void ViewerHasWhatTheFoldHas()
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            try
            {
                new LiveFeedTests().Follow(random);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private void Follow(Random random) => Run(async (board, feed) =>
    {
        var truth = new Dictionary<(string, long), Bar>();
        using LiveShard shard = board.Join("shard-0", _log.Windows);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> messages = feed.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        double now = 0;
        for (int step = 0; step < 300; step++)
        {
            now += random.NextDouble() * 20;
            double lateness = random.Next(4) == 0 ? random.NextDouble() * 700 : 0;
            _log.Tick("ABCDE".Substring(random.Next(5), 1), Math.Max(0, now - lateness), random.Next(1, 1000));
            shard.OnNext(_log.Last);
            foreach (WindowSnapshot window in _log.Windows.Snapshot(openWindowsToo: true).Windows)
                truth[(window.Window.Ticker.Name, window.Value.StartMicros)] = Bar.Of(window.Value);
            if (random.Next(20) == 0) Flush();
            if (random.Next(5) == 0) await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1000)), _clock);
            if (random.Next(10) == 0) await NextAsync(messages, shard);
        }

        await NextAsync(messages, shard);
        await NextAsync(messages, shard);
        foreach (IGrouping<string, KeyValuePair<(string Ticker, long Start), Bar>> ticker in truth.GroupBy(row => row.Key.Item1))
        {
            foreach (((string, long) key, Bar bar) in ticker.OrderByDescending(row => row.Key.Start).Take(30)) Assert.Equal(bar, _viewer.Rows[key].Bar);
        }

        Assert.Equal(1, _viewer.FullMessages);
    });

    private void Run(Func<LiveBoard, LiveFeed, Task> test) => VirtualThread.Run(_clock, async () =>
    {
        var board = new LiveBoard(_clock);
        var stream = new InMemoryStream(shardCount: 1, recordsPerBatch: 10, _clock);
        var lake = new InMemoryObjectStore();
        _service = PipelineRun.Service(stream, lake);
        await using var feed = new LiveFeed(_service, stream, lake, PipelineRun.Eager, board, _aws, _clock, NullLoggerFactory.Instance);
        await test(board, feed);
    });

    /// <summary>The shard's loop goes on, and the viewer gets two messages: what the loop finds after one was begun is in the next.</summary>
    private async Task NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> messages, LiveShard shard)
    {
        int told = 0;
        for (int i = 0; i < 2; i++)
        {
            Task<bool> next = messages.MoveNextAsync().AsTask();
            await Task.Delay(LiveBoard.Interval, _clock);
            shard.OnNext(_log.Last);
            Assert.True(await next);
            _viewer.Take(messages.Current);
            told += _viewer.RowsTold;
        }

        _viewer.RowsTold = told;
    }

    private void Flush()
    {
        FlushSnapshot snapshot = _log.Windows.Snapshot(openWindowsToo: true);
        foreach (WindowSnapshot window in snapshot.Windows) _log.Windows.Confirm(window);
        _log.Windows.ConfirmKept(snapshot);
        _log.Windows.DropFinished();
    }

    private static long Start(int minute) => TickLog.Micros(TickLog.Open.AddMinutes(minute));
}
