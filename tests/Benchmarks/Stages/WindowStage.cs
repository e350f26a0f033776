using System.Text.Json;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// Ticks that are decoded already by <see cref="ShardWindows"/> and by Rx alone: each minute opens a window for each
/// ticker. The ticks of one minute are used again for the next, so that they are in the processor's caches, as they are when they were just decoded.
/// </summary>
internal sealed class WindowStage : IStage
{
    private const int Batches = TickBatches.EventsPerMinute / TickBatches.EventsPerBatch;
    private const int Minutes = 150;

    public string Name => "window";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        return
        [
            .. await MeasureAsync(tickers: 500, new Target(20, 40, LargerIsBetter: true)),
            .. await MeasureAsync(tickers: 100, new Target(10, 20, LargerIsBetter: true)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> MeasureAsync(int tickers, Target target)
    {
        RecordBatch[] records = new TickBatches(tickers, isPlain: true).All[..Batches];
        MarketEvent[] events = [.. records.SelectMany(EventsOf)];
        using (RxBars bars = FoldWithRx(events)) ShardFold.CheckThatSame(Fold(records), bars.Rows);
        const long items = (long)TickBatches.EventsPerMinute * Minutes;
        Rounds rounds = await Rounds.RunAsync(
            new Side(items, () => Fold(records)),
            new Side(items, () => FoldWithRx(events).Dispose()));
        string stage = $"window only, {tickers} tickers";
        return
        [
            new Row(stage, "Rx GroupByUntil", "x faster", rounds.Gain(cost => cost.CpuNanos), target),
            new Row(stage, "CPU", "ns/event", rounds.Ours(cost => cost.CpuNanos)),
            new Row("  Rx GroupByUntil", "CPU", "ns/event", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private static ShardWindows Fold(RecordBatch[] records)
    {
        var tickers = new TickerTable(shard: null);
        var reader = new TickDecoder(tickers);
        DecodedBatch[] batches = [.. records.Select(batch => new BatchDecoder(reader.Decode).Decode(batch))];
        ShardWindows windows = null!;
        for (int minute = 0; minute < Minutes; minute++)
        {
            windows = ShardFold.Over(tickers);
            foreach (DecodedBatch batch in batches)
            {
                windows.Add(batch);
                for (int i = 0; i < batch.Ticks.Length; i++) batch.Place(i).EventMicros += WindowValue.LengthMicros;
            }

            if (windows.Books.Windowed != windows.Books.Read) throw new InvalidOperationException("Not all events are in windows.");
        }

        return windows;
    }

    private static RxBars FoldWithRx(MarketEvent[] events)
    {
        var bars = new RxBars();
        for (int minute = 0; minute < Minutes; minute++)
        {
            foreach (MarketEvent e in events)
            {
                bars.Add(e);
                e.Timestamp = e.Timestamp.AddMinutes(1);
            }
        }

        foreach (MarketEvent e in events) e.Timestamp = e.Timestamp.AddMinutes(-Minutes);
        bars.End();
        return bars;
    }

    private static List<MarketEvent> EventsOf(RecordBatch batch)
    {
        var events = new List<MarketEvent>(batch.Count);
        for (int i = 0; i < batch.Count; i++) events.Add(JsonSerializer.Deserialize(batch[i].Data, MarketEventJson.Default.MarketEvent)!);
        return events;
    }
}
