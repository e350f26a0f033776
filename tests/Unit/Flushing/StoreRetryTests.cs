using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Flushing;

public sealed class StoreRetryTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly InstantTimeProvider _time = new(Start);
    private int _attempts;

    [Fact]
    public async Task StoreThatAlwaysFails_IsTriedFiveTimesWithPauses()
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(() => RunAsync(failures: int.MaxValue, () => new StoreUnavailableException("down", null)));
        Assert.Equal(5, _attempts);
        Assert.InRange(_time.GetUtcNow() - Start, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task FourFailures_EndInTheResult()
    {
        Assert.Equal(5, await RunAsync(failures: 4, () => new LostRaceException("key")));
        Assert.NotEqual(Start, _time.GetUtcNow());
    }

    [Fact]
    public async Task OneFailure_IsFollowedByAPause()
    {
        Assert.Equal(2, await RunAsync(failures: 1, () => new StoreUnavailableException("down", null)));
        Assert.NotEqual(Start, _time.GetUtcNow());
    }

    [Fact]
    public async Task Success_WaitsForNothing()
    {
        Assert.Equal(1, await RunAsync(failures: 0, () => new InvalidOperationException()));
        Assert.Equal(Start, _time.GetUtcNow());
    }

    [Fact]
    public async Task AnotherError_IsNotTriedAgain()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(failures: 1, () => new InvalidOperationException()));
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task ErrorOfAnotherKindAfterAFailure_EndsIt()
    {
        Exception[] errors = [new StoreUnavailableException("down", null), new InvalidOperationException()];
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(failures: 2, () => errors[_attempts - 1]));
        Assert.Equal(2, _attempts);
    }

    [Fact]
    public async Task CancelledBefore_IsNotTried()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(failures: 0, () => new InvalidOperationException(), cancelled.Token));
        Assert.Equal(0, _attempts);
    }

    private Task<int> RunAsync(int failures, Func<Exception> error, CancellationToken cancellation = default) => new StoreRetry(_time, new Random(1)).RunAsync(
        async _ =>
        {
            await Task.Yield();
            return ++_attempts <= failures ? throw error() : _attempts;
        },
        cancellation);
}
