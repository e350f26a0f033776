using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Publishing;

/// <summary>Producers that send all they can to one shard with the service's limits, in virtual time.</summary>
public sealed class LaneRateTests(ITestOutputHelper output)
{
    /// <summary>Of the 90 seconds that a run takes the last 60 are looked at.</summary>
    private static readonly DateTimeOffset Begin = DateTimeOffset.UnixEpoch.AddSeconds(30), End = Begin.AddSeconds(60);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(1, 1, 150)]
    [InlineData(2, 2, 150)]
    [InlineData(3, 3, 150)]
    [InlineData(4, 2, 5000)]
    public void ProducersOfOneShard_ShareItEvenlyAndUseIt(int seed, int producers, int recordBytes)
    {
        double limit = Math.Min(1000, 1024.0 * 1024 / recordBytes);
        // One begins three seconds after the other, when that one has the whole shard.
        double[] rates = Run(new SimulatedShard(_clock, seed), seed, recordBytes, [.. Enumerable.Range(0, producers).Select(i => (TimeSpan.FromSeconds(3 * i), End))]);
        Assert.True(rates.Sum() > 0.85 * limit, "the shard is idle");
        Assert.All(rates, rate => Assert.InRange(rate, 0.75 * limit / producers, 1.25 * limit / producers));
    }

    [Fact]
    public void ProducerThatIsLeftAlone_TakesTheWholeShard()
    {
        double[] rates = Run(new SimulatedShard(_clock, 7), 7, recordBytes: 150, (default, Begin.AddSeconds(-10)), (default, End));
        Assert.Equal(0, rates[0]);
        Assert.True(rates[1] > 850, "it keeps to half of the shard");
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    public void ThrottlesThatHaveNothingToDoWithTheRate_CostLittle(int seed, int producers)
    {
        double[] rates = Run(new SimulatedShard(_clock, seed) { RandomThrottle = 0.05 }, seed, recordBytes: 150, [.. Enumerable.Repeat((TimeSpan.Zero, End), producers)]);
        Assert.True(rates.Sum() > 700, "throughput sank");
    }

    /// <returns>Records a second that each producer brought in.</returns>
    private double[] Run(SimulatedShard shard, int seed, int recordBytes, params (TimeSpan Start, DateTimeOffset End)[] producers)
    {
        var taken = new long[producers.Length];
        VirtualThread.Run(_clock, () => Task.WhenAll(producers.Select(async (producer, i) =>
        {
            await Task.Delay(producer.Start, _clock);
            IRecordStream stream = shard.Connect(records => taken[i] += _clock.GetUtcNow() >= Begin && _clock.GetUtcNow() < End ? records : 0);
            await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, new ReplayProgress(), _clock, new Random(seed + i), default);
            for (int n = 0; _clock.GetUtcNow() < producer.End; n++)
            {
                if (publisher.IsFull) await publisher.MakeRoomAsync(default);
                publisher.Add(BitConverter.GetBytes(n % 600), new byte[recordBytes]);
            }
        })));

        double seconds = (End - Begin).TotalSeconds;
        output.WriteLine($"seed {seed}: {string.Join(", ", taken.Select(records => $"{records / seconds:0}/s"))}; {shard.Refused / 90:0}/s refused");
        Assert.True(shard.Refused < 90 * 250, "the shard is asked for far more than it gives");
        return [.. taken.Select(records => records / seconds)];
    }
}
