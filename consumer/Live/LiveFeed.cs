using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Operating;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Live;

/// <summary>
/// Owns: the rounds in which viewers are told what is new. Each asks for the newest round when it is done with its last, and gets what
/// changed since: a slow one has no queue, it skips rounds. Viewers that are equally far share a message.
/// </summary>
public sealed class LiveFeed : IAsyncDisposable
{
    private const int RoundsPerSecond = 4;

    private readonly ConsumerService _service;
    private readonly ConsumerOptions _options;
    private readonly LiveBoard _board;
    private readonly TimeProvider _time;
    private readonly Trends _trends;
    private readonly ShardWatch _shards;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _rounds;
    private readonly AwsActivity _aws;
    private volatile Round _newest;
    private long _throttledTold;

    /// <param name="board">That the service's shards show themselves on.</param>
    /// <param name="aws">Whose throttles are told among the problems.</param>
    public LiveFeed(
        ConsumerService service, IRecordStream stream, IObjectStore lake, ConsumerOptions options, LiveBoard board, AwsActivity aws, TimeProvider time, ILoggerFactory loggers)
    {
        (_service, _options, _board, _aws, _time) = (service, options, board, aws, time);
        _trends = new Trends(service, time);
        _shards = new ShardWatch(new StatusReader(stream, lake, options.AppName, time), board, time, loggers.CreateLogger("consumer.live"));
        _newest = new Round(this, board.Stamp);
        _rounds = RunAsync();
    }

    /// <summary>Server-sent events for one viewer, whole and in order, until it is cancelled. The first tells everything, each other one what is new.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        _board.Watch();
        try
        {
            Round seen = _newest;
            for (long from = 0; ; from = seen.End)
            {
                if (seen == _newest) await seen.Next.WaitAsync(cancellation);
                seen = _newest;
                yield return seen.MessageSince(from);
            }
        }
        finally
        {
            _board.Unwatch();
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(LiveBoard.Interval, _time);
        try
        {
            for (long number = 1; await timer.WaitForNextTickAsync(_stop.Token); number++)
            {
                _shards.Look(_stop.Token);
                if (number % RoundsPerSecond == 0) LookBack();
                // What is found changed from here on is in the next round; what was found before is in this one.
                var round = new Round(this, _board.Advance());
                Round before = _newest;
                _newest = round;
                before.IsOver();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    private void LookBack()
    {
        _trends.Look(_board.Stamp);
        long throttled = _aws.Throttled - _throttledTold;
        if (throttled == 0) return;
        _throttledTold += throttled;
        _board.Problems.Add(ProblemKind.Throttled, $"{throttled} requests were refused for their rate within a second, and are made again");
    }

    private byte[] Write(long from, long end)
    {
        ShardFigures[] owned = [.. _service.Shards.Where(shard => shard.IsOwned)];
        // A drain lets go of all shards: who watches keeps what it was shown.
        bool isFull = from == 0 || (_board.HasLostSince(from) && !_service.IsDraining);
        if (isFull) from = 0;
        Second[] seconds = _trends.Between(from, end);
        using var message = new LiveMessage();
        if (isFull) message.Head(_options, _service.Worker);
        message.State(
            LiveState.Of(_service.IsDraining, _service.IsAssigned, owned, _shards.Status, _trends.SinceRecord, _time),
            owned.Select(shard => shard.ShardMicros).DefaultIfEmpty(long.MinValue).Max(),
            _time.GetUtcNow());
        if (_trends.Newest is { } now) message.Tiles(now);
        message.Trend(seconds);
        message.Bars(_board.ChangesSince(from), from);
        if (isFull || seconds.Length > 0) WriteShards(message, owned);
        message.Problems(_board.Problems.Between(from, end));
        return message.End();
    }

    private void WriteShards(LiveMessage message, ShardFigures[] owned)
    {
        message.BeginShards();
        foreach (ShardFigures shard in owned)
            message.Shard(shard, _service.Worker, _trends.RateOf(shard.Shard), shard.Flushes.CheckpointedAt is { } at ? _time.GetElapsedTime(at).TotalSeconds : null);
        foreach (ShardStatus shard in _shards.Status?.Shards ?? [])
        {
            if (!Array.Exists(owned, mine => mine.Shard == shard.Shard)) message.Shard(shard);
        }

        message.EndShards();
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _rounds;
        await _shards.FinishAsync();
        _stop.Dispose();
    }

    /// <param name="end">What carries a smaller stamp is in it.</param>
    private sealed class Round(LiveFeed feed, long end)
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<long, byte[]> _messages = [];

        public long End => end;

        /// <summary>Done when a newer round has begun.</summary>
        public Task Next => _over.Task;

        public void IsOver() => _over.SetResult();

        public byte[] MessageSince(long from)
        {
            lock (_messages)
            {
                if (!_messages.TryGetValue(from, out byte[]? message)) _messages.Add(from, message = feed.Write(from, end));
                return message;
            }
        }
    }
}
