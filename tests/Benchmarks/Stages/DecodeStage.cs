using System.Text.Json;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// A shard's records to windows that are opened on the way, as <see cref="ShardFold"/> runs them. Every record has <c>run</c> and <c>seq</c>,
/// and none is a repeat.
/// </summary>
internal sealed class DecodeStage : IStage
{
    private const int Events = TickBatches.Events;
    private const int Tickers = 500;
    private const int FewTickers = 100;
    private const int ManyTickers = 10_000;
    private const int RoundsOfSlowSides = 5;

    /// <summary>What a market of so many tickers sends in a minute, one core reads in less than a second.</summary>
    private static readonly TimeSpan WholeMarketSpan = TimeSpan.FromMinutes(1);

    public string Name => "decode";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var records = new TickBatches(Tickers, isPlain: true);
        var ours = new TickBatches(Tickers);
        return
        [
            .. await AgainstFramingAsync(records, StageOf(records)),
            .. await AgainstReaderAsync(records, StageOf(records)),
            .. await AgainstRxAsync(records, StageOf(records)),
            .. await WithOddRecordsAsync(records, StageOf(records)),
            .. await WithRunsAsync(ours, records, StageOf(ours)),
            .. await OfManyTickersAsync(),
            .. await AllocationAsync(ours, StageOf(ours)),
        ];
    }

    private static string StageOf(TickBatches records)
        => FormattableString.Invariant($"decode + window, {Tickers} tickers, {(double)records.Bytes / Events:F0} bytes");

    private static async Task<IReadOnlyList<Row>> AgainstFramingAsync(TickBatches records, string stage)
    {
        byte[] lines = records.ToLines();
        if (CountLines(lines) != Events) throw new InvalidOperationException("The lines are not the records.");
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(records.All)),
            new Side(Events, () => CountLines(lines)));
        return
        [
            new Row(stage, "framing the records only", "x", rounds.Ratio(cost => cost.CpuNanos), new Target(7, 3)),
            new Row(stage, "CPU", "ns/event", rounds.Ours(cost => cost.CpuNanos)),
            new Row("  framing the records only", "CPU", "ns/event", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> AgainstReaderAsync(TickBatches records, string stage)
    {
        ShardFold.CheckThatSame(ShardFold.Run(records.All), ShardFold.Run(records.All, decoder => decoder.DecodeAny));
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(records.All)),
            new Side(Events, () => ShardFold.Run(records.All, decoder => decoder.DecodeAny)),
            RoundsOfSlowSides);
        return
        [
            new Row(stage, "Utf8JsonReader, the same windows", "x faster", rounds.Gain(cost => cost.CpuNanos), new Target(6, 15, LargerIsBetter: true)),
            new Row("  Utf8JsonReader, the same windows", "CPU", "ns/event", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> AgainstRxAsync(TickBatches records, string stage)
    {
        using (RxBars bars = FoldWithRx(records.All)) ShardFold.CheckThatSame(ShardFold.Run(records.All), bars.Rows);
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(records.All)),
            new Side(Events, () => FoldWithRx(records.All).Dispose()),
            RoundsOfSlowSides);
        return
        [
            new Row(stage, "System.Text.Json + Rx GroupByUntil", "x faster", rounds.Gain(cost => cost.CpuNanos), new Target(12, 30, LargerIsBetter: true)),
            new Row("  System.Text.Json + Rx GroupByUntil", "CPU", "ns/event", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> WithOddRecordsAsync(TickBatches records, string stage)
    {
        var odd = new TickBatches(Tickers, oddOneOf: 100, isPlain: true);
        ShardFold.CheckThatSame(ShardFold.Run(odd.All), ShardFold.Run(records.All));
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(odd.All)),
            new Side(Events, () => ShardFold.Run(records.All)));
        return [new Row(stage + ", 1 % odd", "all in the usual layout", "x", rounds.Ratio(cost => cost.CpuNanos), new Target(1.3, 1.1))];
    }

    private static async Task<IReadOnlyList<Row>> WithRunsAsync(TickBatches ours, TickBatches records, string stage)
    {
        ShardFold.CheckThatSame(ShardFold.Run(ours.All), ShardFold.Run(records.All));
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(ours.All)),
            new Side(Events, () => ShardFold.Run(records.All)));
        return
        [
            new Row(stage + ", with run and seq", "without", "x", rounds.Ratio(cost => cost.CpuNanos)),
            new Row(stage + ", with run and seq", "CPU", "ns/event", rounds.Ours(cost => cost.CpuNanos)),
        ];
    }

    private static async Task<IReadOnlyList<Row>> OfManyTickersAsync()
    {
        var many = new TickBatches(ManyTickers, WholeMarketSpan);
        var few = new TickBatches(FewTickers, WholeMarketSpan);
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(many.All)),
            new Side(Events, () => ShardFold.Run(few.All)));
        return [new Row($"decode + window, {ManyTickers} tickers", $"{FewTickers} tickers", "x", rounds.Ratio(cost => cost.CpuNanos), new Target(2.5, 1.5))];
    }

    private static async Task<IReadOnlyList<Row>> AllocationAsync(TickBatches records, string stage)
    {
        ShardWindows windows = ShardFold.Run(records.All);
        var decoder = new BatchDecoder(new TickDecoder(windows.Tickers).Decode);
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () => ShardFold.Run(records.All, decoder, ShardFold.Over(windows.Tickers))),
            new Side(Events, () => ShardFold.Run(records.All)),
            RoundsOfSlowSides);
        return
        [
            new Row(stage, "allocated, into windows that are there", "B/event", rounds.Ours(cost => cost.AllocatedBytes), new Target(0.1)),
            new Row(stage, $"allocated, with {windows.WindowCount} windows that are opened", "B/event", rounds.Theirs(cost => cost.AllocatedBytes)),
        ];
    }

    private static RxBars FoldWithRx(RecordBatch[] batches)
    {
        var bars = new RxBars();
        foreach (RecordBatch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++) bars.Add(JsonSerializer.Deserialize(batch[i].Data, MarketEventJson.Default.MarketEvent)!);
        }

        bars.End();
        return bars;
    }

    private static int CountLines(ReadOnlySpan<byte> lines)
    {
        int count = 0;
        while (lines.IndexOf((byte)'\n') is >= 0 and int end)
        {
            count++;
            lines = lines[(end + 1)..];
        }

        return count;
    }
}
