using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Querying;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

public sealed class TradeDatesTests
{
    private const int Minutes = 6;

    [Fact]
    public async Task DatesOfATickerThatTakeTurns_AreEachWrittenWhole()
    {
        var clock = new ManualTimeProvider(PipelineRun.Now);
        var lake = new InMemoryObjectStore();
        var stream = new InMemoryStream(1, recordsPerBatch: 2 * Minutes, clock);
        // Its producer's own trade dates: those of the even minutes are of the next day.
        for (int minute = 0; minute < Minutes; minute++)
        {
            foreach (string ticker in (string[])["A", "B"]) stream.Put(ticker, TickLog.Json(ticker, minute * 60, 1, $$""","date":"2024-01-0{{3 - (minute % 2)}}" """));
        }

        var service = new ConsumerService(stream, lake, new ConsumerOptions { Once = true, WorkerId = "worker" }, clock, new Random(1), NullLoggerFactory.Instance);
        await PipelineRun.RunAsync(service, stream);

        var minutes = new List<string>();
        await foreach (AvgRow row in new LakeReader(lake).AllAsync(CancellationToken.None))
            minutes.Add($"{row.Ticker} {row.TradeDate:dd} {(row.Bar.WindowStartMicros - TickLog.Micros(TickLog.Open)) / 60_000_000}");
        string[] expected = ["A 02 1", "A 02 3", "A 02 5", "A 03 0", "A 03 2", "A 03 4", "B 02 1", "B 02 3", "B 02 5", "B 03 0", "B 03 2", "B 03 4"];
        Assert.Equal(expected, minutes.Order(StringComparer.Ordinal));
        // In one flush: an object is put once.
        Assert.Equal(4, service.Shards.Sum(shard => shard.Puts.Written));
    }
}
