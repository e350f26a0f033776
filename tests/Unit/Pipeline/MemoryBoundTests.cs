using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Querying;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>While the lake takes nothing, reading goes on up to a bound, and waits there.</summary>
public sealed class MemoryBoundTests
{
    private const int Budget = 100;
    private const int RecordsPerBatch = 10;
    private const int Minutes = 300;

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryObjectStore _lake = new();
    private int _decoded;
    private int _decodedWhenHealed;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WindowsOfAllShards_StayWithinTheBudgetUntilTheLakeTakesThem(int shards)
    {
        var stream = new InMemoryStream(shards, RecordsPerBatch, _clock);
        // Each record opens a window of its own.
        for (int minute = 0; minute < Minutes; minute++)
        {
            foreach (string ticker in (string[])["A", "B", "C", "D"]) stream.Put(ticker, TickLog.Json(ticker, minute * 60, 1));
        }

        DateTimeOffset heals = _clock.GetUtcNow().AddMinutes(10);
        var broken = new FaultyObjectStore(_lake, (operation, key) =>
        {
            if (operation != "put" || !key.StartsWith(LakeLayout.Table, StringComparison.Ordinal)) return Fault.None;
            if (_clock.GetUtcNow() < heals) return Fault.FailBefore;
            if (_decodedWhenHealed == 0) _decodedWhenHealed = _decoded;
            return Fault.None;
        });
        var service = new ConsumerService(stream, broken, PipelineRun.Eager with { WorkerId = "worker" }, _clock, new Random(1), NullLoggerFactory.Instance)
        {
            Budget = new MemoryBudget(Budget),
            Decoder = tickers =>
            {
                var decoder = new TickDecoder(tickers);
                return (in StreamRecord record, out DecodedTick tick) =>
                {
                    _decoded++;
                    decoder.Decode(record, out tick);
                };
            },
        };
        await PipelineRun.RunAsync(service, stream);

        // Twice the budget, and the batch of each shard that went over it.
        Assert.InRange(_decodedWhenHealed, Budget, (2 * Budget) + (shards * RecordsPerBatch));
        int rows = 0;
        await foreach (AvgRow row in new LakeReader(_lake).AllAsync(CancellationToken.None)) rows++;
        Assert.Equal(4 * Minutes, rows);
    }
}
