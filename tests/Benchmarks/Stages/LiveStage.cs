using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Http;
using Streaming.Consumer.Live;
using Streaming.Consumer.Telemetry;
using Streaming.Shared.Aws;
using Streaming.Shared.Hosting;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// What it costs to be looked at: a whole worker at full speed with its page open in so many browsers, or its metrics read every second, against one that
/// nobody looks at. All ticks are of one minute, so that each message has a row of every ticker.
/// </summary>
internal sealed class LiveStage : IStage
{
    private const int Tickers = 1_000;
    private const int ViewerCount = 20;
    private const long Records = 4_000_000;
    private const int RoundCount = 9;

    public string Name => "live";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var ticks = new TickBatches(Tickers, TimeSpan.FromSeconds(50), isPlain: true);
        List<Reading> alone = [], served = [], watched = [];
        // Compiles.
        await RunAsync(ticks, isServed: true, ViewerCount);
        for (int i = 0; i < RoundCount; i++)
        {
            alone.Add(await RunAsync(ticks, isServed: false, viewers: 0));
            served.Add(await RunAsync(ticks, isServed: true, viewers: 0));
            watched.Add(await RunAsync(ticks, isServed: true, ViewerCount));
        }


        string stage = $"consumer at full speed, {Tickers} tickers, page with {ViewerCount} viewers";
        return
        [
            new Row(stage, "no viewers, elapsed", "x", RatioByRank(watched, served, reading => reading.Wall), new Target(1.05)),
            new Row("", "elapsed", "ns/record", Spread.Of(watched.Select(reading => reading.Wall.TotalNanoseconds / Records))),
            new Row("", "processor time for each viewer, of a core", "%", Spread.Of(watched.Zip(served).Select(round => (round.First.Cpu - round.Second.Cpu) / round.First.Wall / ViewerCount * 100)), new Target(5)),
            new Row("the same, no viewers, metrics read every second", "no page, no metrics, CPU", "x", RatioByRank(served, alone, reading => reading.Cpu), new Target(1.02)),
        ];
    }

    /// <summary>
    /// The fastest run over the other side's fastest, and so on to the slowest. What is looked for is smaller than what a busy host does to a run, and does
    /// to as many of both sides, but seldom to both of a round.
    /// </summary>
    private static Spread RatioByRank(List<Reading> ours, List<Reading> theirs, Func<Reading, TimeSpan> cost)
        => Spread.Of(ours.Select(cost).Order().Zip(theirs.Select(cost).Order(), (our, their) => our / their));

    private static async Task<Reading> RunAsync(TickBatches ticks, bool isServed, int viewers)
    {
        TimeProvider time = TimeProvider.System;
        var lake = new InMemoryObjectStore();
        await using var stream = new EndlessTicks(ticks.All, Records);
        LiveBoard? board = isServed ? new LiveBoard(time) : null;
        var options = new ConsumerOptions { Once = true, WorkerId = "worker" };
        var service = new ConsumerService(stream, lake, options, time, new Random(1), NullLoggerFactory.Instance) { Live = board };
        if (board is null) return await Reading.OfAsync(service);

        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        await using var view = new LiveView(service, stream, lake, options, board, new AwsActivity(), time, NullLoggerFactory.Instance);
        await using OperationsServer server = OperationsServer.Start(
            new HttpEndpoint(new IPEndPoint(IPAddress.Loopback, 0), IsExplicit: true), "consumer", LivePage.Pages(service, view, time), meters, NullLoggerFactory.Instance)!;
        using var meter = new ConsumerMeter(meters, service, options, new AwsActivity(), time);
        using Viewers? watching = viewers == 0 ? null : await Viewers.StartAsync($"http://{server.Address}/live/events", viewers);
        using var end = new CancellationTokenSource();
        Task scrapes = ScrapeAsync(new Uri($"http://{server.Address}/metrics"), time, end.Token);
        Reading reading = await Reading.OfAsync(service);
        end.Cancel();
        await scrapes;
        return reading;
    }

    private static async Task ScrapeAsync(Uri metrics, TimeProvider time, CancellationToken end)
    {
        using var http = new HttpClient();
        try
        {
            while (true)
            {
                await http.GetStringAsync(metrics, end);
                await Task.Delay(TimeSpan.FromSeconds(1), time, end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>What a run took, from the taking of its shard to its end.</summary>
    private readonly record struct Reading(TimeSpan Wall, TimeSpan Cpu)
    {
        public static async Task<Reading> OfAsync(ConsumerService service)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            await service.RunAsync(CancellationToken.None);
            return new Reading(Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - cpu);
        }
    }
}
