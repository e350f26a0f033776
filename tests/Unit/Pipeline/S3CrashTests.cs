using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;
using Streaming.Tests.Unit.Objects.S3;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>The consumer over S3 while calls fail on the wire: the lake ends as if nothing had happened.</summary>
public sealed class S3CrashTests : IAsyncLifetime
{
    private S3Fixture _s3 = null!;
    private int _lakes;

    public async ValueTask InitializeAsync() => _s3 = await S3Fixture.StartAsync();

    public ValueTask DisposeAsync() => _s3.DisposeAsync();

    [Theory]
    [InlineData(S3Fault.DropAfter)]
    [InlineData(S3Fault.InternalErrorAfter)]
    [InlineData(S3Fault.Conflict)]
    [InlineData(S3Fault.LostRace)]
    public async Task AnyOnePutFails_IsTriedAgainWithoutARestart(S3Fault fault)
    {
        (string expected, Books books, int puts) = await UninterruptedAsync();
        int reached = 0;
        for (int at = 0; at == reached; at++)
        {
            S3ObjectStore lake = NewLake();
            int put = 0;
            _s3.Aws.S3.Faults = call => IsPut(call) && Interlocked.Increment(ref put) - 1 == at ? fault : S3Fault.None;
            Assert.Equal(books, await PipelineRun.ConsumeAsync(CrashTests.Stream(new FastTimeProvider(PipelineRun.Now)), lake));
            // Renewals of the lease are puts too, and come by the clock; so their number differs.
            if (put > at) reached++;
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"another lake after {fault} at put {at}");
        }

        Assert.True(reached > puts / 2, $"{reached} puts of {puts} were reached");
    }

    // Crashes at the seam, faults on the wire, all at once; then one start in calm.
    [Fact]
    public async Task StormsAndCrashes_ThenRestart_LeaveTheSameLake()
    {
        (string expected, Books books, int _) = await UninterruptedAsync();
        for (int seed = 0; seed < 8; seed++)
        {
            S3ObjectStore lake = NewLake();
            var random = new Random(seed);
            _s3.Aws.S3.Faults = FakeS3.Storms(seed, quiet: 20, storm: 10, S3Fault.SlowDown, S3Fault.InternalError, S3Fault.InternalErrorAfter, S3Fault.Drop, S3Fault.DropAfter, S3Fault.Conflict);
            for (int restarts = 0; restarts < 20; restarts++)
            {
                var faulty = new FaultyObjectStore(lake, (_, _) =>
                {
                    lock (random) return random.Next(60) == 0 ? Fault.CrashAfter : Fault.None;
                });
                try
                {
                    await PipelineRun.ConsumeAsync(CrashTests.Stream(new FastTimeProvider(PipelineRun.Now)), faulty);
                    break;
                }
                catch (Exception failure) when (failure is ProcessCrashException or StoreUnavailableException or LostRaceException)
                {
                    // Start again, as a service manager does.
                }
            }

            _s3.Aws.S3.Faults = _ => S3Fault.None;
            Assert.Equal(books, await PipelineRun.ConsumeAsync(CrashTests.Stream(new FastTimeProvider(PipelineRun.Now)), lake));
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"seed {seed}: another lake after storms");
        }
    }

    [Fact]
    public async Task PutsHangAfterSuccess_LeaveTheSameLake()
    {
        (string expected, Books books, int puts) = await UninterruptedAsync();
        S3ObjectStore lake = NewLake();
        Func<S3Call, S3Fault> chance = FakeS3.Chance(seed: 3, 4.0 / puts, S3Fault.HangAfter);
        _s3.Aws.S3.Faults = call => IsPut(call) ? chance(call) : S3Fault.None;
        Assert.Equal(books, await PipelineRun.ConsumeAsync(CrashTests.Stream(new FastTimeProvider(PipelineRun.Now)), lake));
        _s3.Aws.S3.Faults = _ => S3Fault.None;
        Assert.Equal(expected, await PipelineRun.ContentAsync(lake));
    }

    // Without the check at the start of a run, which is tried once.
    private static bool IsPut(S3Call call) => call.Method == "PUT" && !call.Key.Contains("/.store/", StringComparison.Ordinal);

    private S3ObjectStore NewLake() => _s3.Open($"s3://{S3Fixture.Bucket}/lake-{++_lakes}", hasty: true);

    private async Task<(string Content, Books Books, int Puts)> UninterruptedAsync()
    {
        S3ObjectStore lake = NewLake();
        Books books = await PipelineRun.ConsumeAsync(CrashTests.Stream(new FastTimeProvider(PipelineRun.Now)), lake);
        Assert.True(books is { Late: > 5, Quarantined: > 5 } && books.Balance, $"{books}");
        return (await PipelineRun.ContentAsync(lake), books, _s3.Aws.S3.Calls.Count(IsPut));
    }
}
