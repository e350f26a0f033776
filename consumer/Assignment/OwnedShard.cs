using Microsoft.Extensions.Logging;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Assignment;

/// <summary>How a worker's time with a shard ended.</summary>
public enum ShardOutcome
{
    /// <summary>The shard is closed and read to its end.</summary>
    Ended,

    /// <summary>Let go, saved up to where it was read: the worker drains, another asked for it, or the run is over.</summary>
    Released,

    /// <summary>Another worker had taken it.</summary>
    Lost,
}

/// <summary>
/// Owns: a shard for as long as its lease is this worker's: its pipeline, and beside it the renewals, which also notice that another
/// worker asks for the shard or has it. Does not own: which shard, and what comes after.
/// </summary>
public sealed partial class OwnedShard(ShardLease lease, ShardPipeline pipeline, TimeProvider time, ILogger logger)
{
    /// <summary>Renewals in a lease's duration: two may fail before others take the owner for dead.</summary>
    private const int RenewalsPerLease = 3;

    /// <param name="drain">Reads no more, and saves.</param>
    /// <param name="abort">Gives up saving.</param>
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

    /// <exception cref="LeaseLostException">
    /// Another worker has the shard, and what failed is no wonder: it may have let the stream trim what this one stood before.
    /// </exception>
    /// <exception cref="StoreUnavailableException">Likewise, it is not known whether another has it: the shard is to be tried again.</exception>
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
            // Nor read on: at the tip there may be nothing to write, at which it would notice.
            stop.Cancel();
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
