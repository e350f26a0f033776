using Microsoft.Extensions.Logging;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Assignment;

public enum ShardOutcome
{
    Ended,

    Released,

    Lost,
}

/// <summary>Control: a worker that has lost its lease reads on until it has something to write.</summary>
public sealed partial class OwnedShard(ShardLease lease, ShardPipeline pipeline, TimeProvider time, ILogger logger)
{
    private const int RenewalsPerLease = 3;

    public async Task<ShardOutcome> RunAsync(RunEnd end, CancellationToken drain, CancellationToken abort)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(drain);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(abort);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(abort);
        Task renewals = RenewAsync(stop, lost, done.Token);
        try
        {
            return await RunAsync(end, stop.Token, lost.Token, abort);
        }
        catch (LeaseLostException loss)
        {
            Lost(logger, lease.Shard, lease.Epoch, loss.Message);
            return ShardOutcome.Lost;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            return ShardOutcome.Lost;
        }
        finally
        {
            done.Cancel();
            await renewals;
            lease.Dispose();
        }
    }

    private async Task<ShardOutcome> RunAsync(RunEnd end, CancellationToken stop, CancellationToken lost, CancellationToken abort)
    {
        try
        {
            await lease.SweepAsync(lost);
            bool isEnded = await pipeline.RunAsync(lease, end, stop, lost);
            if (isEnded) await lease.EndAsync(lost);
            else await lease.ReleaseAsync(problem: null, isDone: end.HasReached(lease.Shard), lost);
            return isEnded ? ShardOutcome.Ended : ShardOutcome.Released;
        }
        catch (Exception failure) when (failure is not LeaseLostException and not OperationCanceledException)
        {
            await TryReleaseAsync(failure, abort);
            throw;
        }
    }

    private async Task TryReleaseAsync(Exception failure, CancellationToken abort)
    {
        try
        {
            await lease.ReleaseAsync(failure.Message, isDone: false, abort);
        }
        catch (Exception unreleased) when (unreleased is OperationCanceledException
            || (unreleased is StoreUnavailableException or LostRaceException or LeaseLostException && failure is not (StreamDataLossException or ForeignObjectException)))
        {
            // Then it expires; what failed first is what counts.
            NotReleased(logger, lease.Shard, unreleased.Message);
        }
    }

    private async Task RenewAsync(CancellationTokenSource stop, CancellationTokenSource lost, CancellationToken done)
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease.Duration / RenewalsPerLease, time, done);
                await TryRenewAsync(done);
                if (lease.IsRequested && !stop.IsCancellationRequested)
                {
                    Requested(logger, lease.Shard);
                    stop.Cancel();
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The shard is done with.
        }
        catch (LeaseLostException loss)
        {
            Lost(logger, lease.Shard, lease.Epoch, loss.Message);
            lost.Cancel();
        }
    }

    private async Task TryRenewAsync(CancellationToken cancellation)
    {
        try
        {
            await lease.RenewAsync(cancellation);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LostRaceException)
        {
            NotRenewed(logger, lease.Shard, failure.Message);
        }
    }

    [LoggerMessage(211, LogLevel.Warning, "{Shard}: the lease of epoch {Epoch} is lost: {Problem} It may be taken again later.")]
    private static partial void Lost(ILogger logger, string shard, long epoch, string problem);

    [LoggerMessage(212, LogLevel.Warning, "{Shard}: the lease could not be renewed and may expire: {Problem}")]
    private static partial void NotRenewed(ILogger logger, string shard, string problem);

    [LoggerMessage(213, LogLevel.Information, "{Shard}: handed over, because another worker asked for it")]
    private static partial void Requested(ILogger logger, string shard);

    [LoggerMessage(214, LogLevel.Warning, "{Shard}: the lease could not be let go and will expire: {Problem}")]
    private static partial void NotReleased(ILogger logger, string shard, string problem);
}
