using Polly;
using Polly.Retry;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// The one place where a store that fails is tried again: five times in all, 0.2 to some 3 seconds apart, with jitter. The
/// operation begins anew each time, from its read, because a put that failed may have taken place.
/// </summary>
public sealed class StoreRetry
{
    private readonly ResiliencePipeline _pipeline;

    public StoreRetry(TimeProvider time, Random random)
    {
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<StoreUnavailableException>().Handle<LostRaceException>(),
                MaxRetryAttempts = 4,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = () =>
                {
                    lock (random) return random.NextDouble();
                },
            })
            .Build();
    }

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
        // Stay on the caller's context: the simulator runs everything on one thread.
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        try
        {
            return await _pipeline.ExecuteAsync(
                async (c, run) => await run(c.CancellationToken),
                context,
                operation);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}

/// <summary>A conditional put found another object than the one that was read: read again and merge again.</summary>
public sealed class LostRaceException(string key) : Exception($"{key} was changed by another writer in the meantime, again and again.");
