using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Publishing;

/// <summary>Producers that send all they can to one shard with the service's limits, in virtual time.</summary>
public sealed class LaneRateTests(ITestOutputHelper output)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(1, 1, 150)]
    [InlineData(2, 2, 150)]
    [InlineData(3, 3, 150)]
    [InlineData(4, 2, 5000)]
    public void ProducersOfOneShard_ShareItEvenlyAndUseIt(int seed, int producers, int recordBytes)
    {
        double limit = Math.Min(1000, 1024.0 * 1024 / recordBytes);
        double[] rates = Run(new SimulatedShard(_clock, seed), seed, [.. Enumerable.Range(0, producers).Select(i => TimeSpan.FromSeconds(3 * i))], recordBytes);
        Assert.True(rates.Sum() > 0.8 * limit, "the shard is idle");
        Assert.All(rates, rate => Assert.InRange(rate, 0.7 * limit / producers, 1.3 * limit / producers));
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    public void ThrottlesThatHaveNothingToDoWithTheRate_CostLittle(int seed, int producers)
    {
        double[] rates = Run(new SimulatedShard(_clock, seed) { RandomThrottle = 0.05 }, seed, new TimeSpan[producers], recordBytes: 150);
        Assert.True(rates.Sum() > 600, "throughput sank");
    }

    /// <returns>Records a second that each producer brought in, after the warm-up.</returns>
    private double[] Run(SimulatedShard shard, int seed, TimeSpan[] starts, int recordBytes)
    {
        var taken = new long[starts.Length];
        DateTimeOffset from = DateTimeOffset.UnixEpoch + WarmUp, end = from + Measured;
        new OneThread(_clock).Run(() => Task.WhenAll(starts.Select((start, i) => ProduceAsync(i, start))));
        double[] rates = [.. taken.Select(records => records / Measured.TotalSeconds)];
        output.WriteLine($"seed {seed}: {string.Join(", ", rates.Select(rate => $"{rate:0}/s"))}, {shard.Refused / (Measured + WarmUp).TotalSeconds:0}/s refused");
        return rates;

        async Task ProduceAsync(int i, TimeSpan start)
        {
            await Task.Delay(start, _clock);
            var stream = shard.Connect(records => taken[i] += _clock.GetUtcNow() >= from && _clock.GetUtcNow() < end ? records : 0);
            await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, new ReplayProgress(), _clock, new Random(seed + i), default);
            byte[][] keys = [.. Enumerable.Range(0, 600).Select(key => System.Text.Encoding.UTF8.GetBytes($"key{key}"))];
            byte[] record = new byte[recordBytes];
            for (int n = 0; _clock.GetUtcNow() < end; n++)
            {
                if (publisher.IsFull) await publisher.MakeRoomAsync(default);
                publisher.Add(keys[n % keys.Length], record);
            }
        }
    }
}
