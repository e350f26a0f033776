using Streaming.Producer.Encoding;
using Streaming.Shared.Ticks;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// <c>consumer run --once</c> as a process over a trading day of many tickers with a tick a minute, all of whose objects it keeps in
/// mind to the end of the day. The day comes ticker by ticker in two halves, so that every object is read, merged and written again.
/// </summary>
internal sealed class OpenDayStage : IStage
{
    private const int Tickers = 10_000;
    private const int Minutes = 390;
    private const int Parts = 2;
    private const int Shards = 4;

    public string Name => "openday";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        using var folder = new MemoryFolder();
        using IEnumerator<Tick> day = Day().GetEnumerator();
        var encoder = new TickEncoder(new ExchangeCalendar(TimeZoneInfo.FindSystemTimeZoneById("America/New_York")), "benchmark-0000000001");
        long sequence = 0;
        await StreamFiles.WriteAsync(folder["stream"], Shards, batch =>
        {
            if (!day.MoveNext()) return false;
            Tick tick = day.Current;
            encoder.Encode(in tick, sequence++);
            batch.Add(encoder.Key, encoder.Record);
            return true;
        });
        ChildRun run = await ChildRun.RunAsync(
            ChildRun.StartOf("consumer", "run", "--once", "--stream", folder["stream"], "--lake", folder["lake"], "--http", "off"));
        if (!run.Output.Contains($"{Tickers * Minutes:N0}", StringComparison.Ordinal)) throw new InvalidOperationException($"The consumer did not read the day.\n{run.Output}");

        string stage = $"memory: {Tickers} tickers, one trading day of open objects";
        (double megabytes, double seconds) = (run.PeakBytes / 1e6, run.Elapsed.TotalSeconds);
        double kilobytesPerTicker = run.PeakBytes / 1e3 / Tickers;
        return
        [
            new Row(stage, $"peak working set, {Shards} shards, one run", "MB", new Spread(megabytes, megabytes, megabytes), new Target(1000, 300)),
            new Row(stage, "the same", "kB/ticker", new Spread(kilobytesPerTicker, kilobytesPerTicker, kilobytesPerTicker)),
            new Row(stage, "elapsed, one run", "s", new Spread(seconds, seconds, seconds)),
        ];
    }

    private static IEnumerable<Tick> Day()
    {
        var random = new Random(TickRecords.Seed);
        long open = (new DateTime(2024, 1, 2, 14, 30, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        string[] tickers = [.. Enumerable.Range(0, Tickers).Select(i => $"T{i:D5}")];
        for (int part = 0; part < Parts; part++)
        {
            foreach (string ticker in tickers)
            {
                for (int minute = part * Minutes / Parts; minute < (part + 1) * Minutes / Parts; minute++)
                {
                    yield return new Tick
                    {
                        Ticker = ticker,
                        TimestampMicros = open + (minute * 60_000_000L) + (random.Next(60_000) * 1000L),
                        Date = new DateOnly(2024, 1, 2),
                        Open = double.NaN,
                        High = double.NaN,
                        Low = double.NaN,
                        Close = (10_000 + random.Next(-500, 500)) / 100.0,
                        Volume = 100 * random.Next(1, 11),
                    };
                }
            }
        }
    }
}
