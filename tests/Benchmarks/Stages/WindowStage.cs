using System.Text.Json;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// Ticks that are decoded already into windows that are open, by <see cref="ShardWindows"/> and by Rx alone. A few batches again and again, so
/// that they are in the processor's caches, as they are when they were just decoded.
/// </summary>
internal sealed class WindowStage : IStage
{
    private const int Batches = 2;
    private const int Passes = 100;

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
        RecordBatch[] records = new TickBatches(tickers).All[..Batches];
        var table = new TickerTable();
        var reader = new TickDecoder(table);
        DecodedBatch[] decoded = [.. records.Select(batch => new BatchDecoder(reader.Decode).Decode(batch))];
        MarketEvent[] events = [.. records.SelectMany(EventsOf)];

        ShardWindows windows = Fold(decoded, table);
        using (RxBars bars = FoldWithRx(events)) ShardFold.CheckThatSame(windows, bars.Rows);
        long items = (long)events.Length * Passes;
        Rounds rounds = await Rounds.RunAsync(
            new Side(items, () => Fold(decoded, table)),
            new Side(items, () => FoldWithRx(events).Dispose()));
        string stage = $"window only, {tickers} tickers";
        return
        [
            new Row(stage, "Rx GroupByUntil", "x faster", rounds.Gain(cost => cost.CpuNanos), target),
            new Row(stage, "CPU", "ns/event", rounds.Ours(cost => cost.CpuNanos)),
            new Row("  Rx GroupByUntil", "CPU", "ns/event", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private static ShardWindows Fold(DecodedBatch[] batches, TickerTable tickers)
    {
        ShardWindows windows = null!;
        for (int i = 0; i < Passes; i++)
        {
            windows = ShardFold.Over(tickers);
            foreach (DecodedBatch batch in batches) windows.Add(batch);
            if (windows.Books.Windowed != windows.Books.Read) throw new InvalidOperationException("Not all events are in windows.");
        }

        return windows;
    }

    private static RxBars FoldWithRx(MarketEvent[] events)
    {
        var bars = new RxBars();
        for (int i = 0; i < Passes; i++)
        {
            foreach (MarketEvent e in events) bars.Add(e);
        }

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
