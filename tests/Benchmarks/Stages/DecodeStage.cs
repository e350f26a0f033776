using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// A shard's records through <see cref="TickDecoder"/> and <see cref="ShardWindows"/>, with books and lateness, without flushes:
/// into a new fold, and once more into the windows that are there then. Every record has <c>run</c> and <c>seq</c>, and none is a repeat.
/// </summary>
internal sealed class DecodeStage : IStage
{
    private const int Events = 1_000_000;
    private const int EventsPerBatch = 5_000;
    private const int Tickers = 500;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(60);

    public string Name => "decode";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        RecordBatch[] batches = Batches();
        // No tick is late in the second pass, which is the first once more.
        EventTimeRules rules = new ConsumerOptions { AllowedLateness = Span * 2 }.EventTime;
        ShardWindows windows = null!;
        BatchDecoder decoder = null!;
        Rounds rounds = await Rounds.RunAsync(
            new Side(Events, () =>
            {
                windows = new ShardWindows(rules, new TickerTable(shard: null));
                decoder = new BatchDecoder(new TickDecoder(windows.Tickers).Decode);
                Fold(batches, decoder, windows);
            }),
            new Side(Events, () =>
            {
                // The same records would be repeats of themselves: so neither position nor runs are known, only tickers and windows.
                windows = new ShardWindows(rules, windows.Tickers);
                foreach (TickerState ticker in windows.Tickers.All) ticker.Runs = default;
                Fold(batches, decoder, windows);
            }));
        if (windows.Books.Windowed != windows.Books.Read)
            throw new InvalidOperationException($"Of {windows.Books.Read} events only {windows.Books.Windowed} are in windows.");

        string stage = $"decode + window, {Tickers} tickers, {Span.TotalMinutes} minutes";
        return
        [
            new Row(stage, "CPU, the second pass into windows that are there", "ns/event", rounds.Theirs(cost => cost.CpuNanos)),
            new Row(stage, "garbage, the same", "B/event", rounds.Theirs(cost => cost.AllocatedBytes)),
            new Row(stage, $"CPU, a new fold that opens {windows.Tickers.All.Sum(ticker => ticker.Windows.Count)} windows", "ns/event", rounds.Ours(cost => cost.CpuNanos)),
            new Row(stage, "allocated, the same", "B/event", rounds.Ours(cost => cost.AllocatedBytes)),
        ];
    }

    private static void Fold(RecordBatch[] batches, BatchDecoder decoder, ShardWindows windows)
    {
        foreach (RecordBatch batch in batches) windows.Add(decoder.Decode(batch));
    }

    private static RecordBatch[] Batches()
    {
        var ticks = new TickRecords(Tickers, Events, Span);
        long arrivalMicros = (DateTime.UnixEpoch.AddYears(60) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var batches = new RecordBatch[Events / EventsPerBatch];
        for (int i = 0; i < Events; i++)
        {
            ticks.MoveNext();
            (batches[i / EventsPerBatch] ??= new RecordBatch()).Add(SequenceNumber.FromUInt64((ulong)i + 1), arrivalMicros, ticks.Record);
        }

        return batches;
    }
}
