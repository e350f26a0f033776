using Microsoft.Extensions.Logging;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Live;

/// <summary>What the checkpoints say of all shards, those of other workers too; read again every few seconds, but only while somebody watches.</summary>
internal sealed partial class ShardWatch(StatusReader reader, LiveBoard board, TimeProvider time, ILogger logger)
{
    /// <summary>A listing and a request for each shard, which a store charges for.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long? _askedAt;
    private Task _reading = Task.CompletedTask;

    /// <summary>Null before the first look.</summary>
    public ApplicationStatus? Status { get; private set; }

    /// <summary>To be called now and then; returns at once.</summary>
    public void Look(CancellationToken cancellation)
    {
        if (!board.IsWatched || !_reading.IsCompleted || (_askedAt is { } at && time.GetElapsedTime(at) < Interval)) return;
        _askedAt = time.GetTimestamp();
        _reading = ReadAsync(cancellation);
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            Status = await reader.ReadAsync(withLag: false, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (Exception failure) when (failure is StreamUnavailableException or StreamNotFoundException or StoreUnavailableException or CheckpointRefusedException)
        {
            NotRead(logger, failure.Message);
        }
    }

    /// <summary>To be awaited after the last look.</summary>
    public Task FinishAsync() => _reading;

    [LoggerMessage(231, LogLevel.Warning, "The checkpoints cannot be looked at for the page, which shows the shards as they were: {Problem}")]
    private static partial void NotRead(ILogger logger, string problem);
}
