using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Streaming.Shared.Aws;

/// <summary>
/// The one place where requests to AWS are tried again: 13 attempts in all, 0.05 s to 5 s apart with jitter, some 30 s together;
/// each attempt has its own time limit. Throttles, unknown outcomes, a wrong clock and expired credentials come here.
/// </summary>
internal sealed class AwsRetry
{
    /// <summary>Longer than the slowest answer of a healthy service, 10 MB of records included.</summary>
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(15);

    private const int MaxRenewals = 2;

    private readonly ResiliencePipeline _pipeline;

    public AwsRetry(TimeProvider time, Random random, AwsActivity activity, TimeSpan? attemptLimit = null)
    {
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Exception is { } error && IsWorthRetrying(error, outcome.AttemptNumber)),
                MaxRetryAttempts = 12,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromSeconds(5),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = retry =>
                {
                    activity.CountRetry(retry.Outcome.Exception is { } error ? AwsErrors.Sort(error) : null);
                    return ValueTask.CompletedTask;
                },
                Randomizer = () =>
                {
                    lock (random) return random.NextDouble();
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = attemptLimit ?? AttemptLimit })
            .Build();
    }

    public async ValueTask RunAsync<TState>(Func<TState, CancellationToken, ValueTask> attempt, TState state, CancellationToken cancellation)
    {
        // Stay on the caller's context: the simulator runs everything on one thread.
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        try
        {
            await _pipeline.ExecuteAsync((c, run) => run.attempt(run.state, c.CancellationToken), context, (attempt, state));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // Credentials or a clock that are still wrong after two corrections will not be right after ten.
    private static bool IsWorthRetrying(Exception error, int attempt) => AwsErrors.Sort(error) switch
    {
        AwsReaction.Throttled or AwsReaction.OutcomeUnknown => true,
        AwsReaction.CorrectClock or AwsReaction.RenewCredentials => attempt < MaxRenewals,
        _ => false,
    };
}
