using Polly;
using Polly.Retry;
using Streaming.Shared;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// The one place where a store that fails is tried again: five times in all, 0.2 to some 3 seconds apart, with jitter. The
/// operation begins anew each time, from its read, because a put that failed may have taken place.
/// </summary>
public sealed class StoreRetry
{
    private readonly Lazy<ResiliencePipeline> _pipeline;

    public StoreRetry(TimeProvider time, Random random) => _pipeline = new(() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Exception is { } failure && IsPassing(failure)),
            MaxRetryAttempts = 4,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Randomizer = () =>
            {
                lock (random) return random.NextDouble();
            },
        })
        .Build());

    public Task RunAsync(Func<CancellationToken, Task> operation, CancellationToken cancellation)
        => RunAsync(
            async token =>
            {
                await operation(token);
                return true;
            },
            cancellation);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            // Nearly all succeed at once, and a flush has hundreds of them: the pipeline's many layers are for those that do not.
            return await operation(cancellation);
        }
        catch (Exception failure) when (IsPassing(failure))
        {
            return await RetryAsync(operation, failure, cancellation);
        }
    }

    /// <param name="failure">That of the first attempt, which has taken place.</param>
    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> operation, Exception failure, CancellationToken cancellation)
    {
        // Stay on the caller's context: the simulator runs everything on one thread.
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        Exception? first = failure;
        try
        {
            return await _pipeline.Value.ExecuteAsync(
                c =>
                {
                    Exception? past = Interlocked.Exchange(ref first, null);
                    return past is null ? new ValueTask<T>(operation(c.CancellationToken)) : ValueTask.FromException<T>(past);
                },
                context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool IsPassing(Exception failure) => failure is StoreUnavailableException or LostRaceException;
}

/// <summary>A conditional put found another object than the one that was read: read again and merge again.</summary>
public sealed class LostRaceException(string key) : ActionableException($"{key} was changed by another writer in the meantime, again and again.");
