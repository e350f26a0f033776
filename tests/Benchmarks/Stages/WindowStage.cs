using System.Text.Json;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>Ticks that are decoded already into windows, by <see cref="ShardWindows"/> and by Rx alone; both open their windows and end them.</summary>
internal sealed class WindowStage : IStage
{
    private const int Events = TickBatches.Events;
    private const int RoundsOfSlowSides = 5;

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
        RecordBatch[] records = new TickBatches(tickers).All;
        var table = new TickerTable();
        var reader = new TickDecoder(table);
        DecodedBatch[] decoded = [.. records.Select(batch => new BatchDecoder(reader.Decode).Decode(batch))];
        MarketEvent[] events = [.. records.SelectMany(EventsOf)];

        ShardWindows windows = Fold(decoded, table);
        using (RxBars bars = FoldWithRx(events)) ShardFold.CheckThatSame(windows, bars.Rows);
        Finish(windows);
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => Finish(Fold(decoded, table))),
            new Side(Events, () => FoldWithRx(events).Dispose()),
            RoundsOfSlowSides);
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
        var windows = new ShardWindows(ShardFold.Rules, tickers);
        foreach (DecodedBatch batch in batches) windows.Add(batch);
        return windows;
    }

    /// <summary>Makes the tickers, which the decoded ticks point at, as new: their windows are confirmed and dropped, as after a flush.</summary>
    private static void Finish(ShardWindows windows)
    {
        foreach (TickerState ticker in windows.Tickers.All)
        {
            foreach (Window window in ticker.Windows) window.ConfirmedTickCount = window.Value.TickCount;
            ticker.WatermarkMicros = long.MaxValue;
        }

        windows.DropFinished();
        foreach (TickerState ticker in windows.Tickers.All) (ticker.WatermarkMicros, ticker.Runs) = (long.MinValue, default);
        if (windows.WindowCount > 0 || windows.Books.Windowed != Events) throw new InvalidOperationException("Not all events are in windows that are dropped.");
    }

    private static RxBars FoldWithRx(MarketEvent[] events)
    {
        var bars = new RxBars();
        foreach (MarketEvent e in events) bars.Add(e);
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
