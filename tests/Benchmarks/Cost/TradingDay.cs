using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Producer;
using Streaming.Producer.Sampling;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Cost;

/// <summary>
/// Counts the requests of a whole trading day at market speed, in virtual time: the real producer and the real consumer over a stream
/// and a store that count. Prices are not in it; see docs/cost.md.
/// </summary>
internal static class TradingDay
{
    private const int Shards = 4;

    /// <summary>Before the market's open of the sample's day.</summary>
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 14, 29, 0, TimeSpan.Zero);

    public static int Run(int tickers, TimeSpan flushInterval)
    {
        string folder = Directory.CreateTempSubdirectory("streaming-cost-").FullName;
        try
        {
            SampleHistory.Write(folder, tickers: tickers);
            var clock = new ManualTimeProvider(Start);
            var stream = new CountedStream(Shards, clock);
            var lake = new CountedStore();
            VirtualThread.Run(clock, () => RunAsync(folder, clock, stream, lake, flushInterval));
            Write(tickers, flushInterval, stream, lake);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string folder, ManualTimeProvider clock, CountedStream stream, CountedStore lake, TimeSpan flushInterval)
    {
        using var drain = new CancellationTokenSource();
        var consumer = new ConsumerService(
            stream, lake, new ConsumerOptions { FlushInterval = flushInterval, WorkerId = "worker" }, clock, new Random(1), NullLoggerFactory.Instance);
        Task consuming = consumer.RunAsync(drain.Token);
        await new ReplayPipeline(new ProducerOptions { Inputs = [folder], RunId = "cost" }, clock).RunAsync(stream, CancellationToken.None);
        await Task.Delay(TimeSpan.FromMinutes(1), clock);
        drain.Cancel();
        await consuming;
    }

    private static void Write(int tickers, TimeSpan flushInterval, CountedStream stream, CountedStore lake)
    {
        double millions = stream.Records / 1e6;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{stream.Records:N0} ticks of {tickers} tickers in a trading day of 6.5 hours at market speed, {Shards} shards, one consumer, --flush-interval {flushInterval.TotalSeconds} s"));
        Console.WriteLine();
        Console.WriteLine("| request | a day | a million ticks |");
        Console.WriteLine("|---|---:|---:|");
        Line("PutRecords", stream.PutRequests);
        Line("  payload units of 25 kB in them", stream.PayloadUnits);
        Line("GetRecords", stream.GetRequests);
        foreach ((string kind, long count) in lake.Puts) Line($"S3 PUT {kind}", count);
        foreach ((string kind, long count) in lake.Gets) Line($"S3 GET {kind}", count);
        foreach ((string kind, long count) in lake.Deletes) Line($"S3 DELETE {kind}", count);

        void Line(string name, long count)
            => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {count:N0} | {count / millions:N0} |"));
    }
}
