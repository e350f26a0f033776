using Streaming.Consumer.Flushing;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.Benchmarks.Peers;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>One ticker's trading day by <see cref="BarObjectCodec"/> into a file, against DuckDB's COPY of a table that it holds in memory.</summary>
internal sealed class ParquetStage : IStage
{
    private const int ObjectsPerRound = 200;
    private static readonly string Stage = $"Parquet object of {TradingDayBars.Rows} rows, Snappy";

    public string Name => "parquet";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        if (DuckDbApi.Missing is { } reason) return [Row.Skipped(Stage, reason)];
        using var folder = new MemoryFolder();
        (string ours, string theirs) = (folder["ours.parquet"], folder["theirs.parquet"]);
        Bar[] bars = TradingDayBars.Make();
        WriteObject(ours, bars);
        using var duck = new DuckDb();
        duck.Execute("SET threads = 1");
        duck.Execute($"CREATE TABLE bars AS FROM read_parquet('{ours}')");
        using DuckStatement copy = duck.Prepare($"COPY bars TO '{theirs}' (FORMAT parquet, COMPRESSION snappy)");
        copy.Execute();
        CheckThatBothAgree(theirs, bars);

        Rounds rounds = await Rounds.RunAsync(
            new Side(ObjectsPerRound, () =>
            {
                for (int i = 0; i < ObjectsPerRound; i++) WriteObject(ours, bars);
            }),
            new Side(ObjectsPerRound, () =>
            {
                for (int i = 0; i < ObjectsPerRound; i++) copy.Execute();
            }));
        return
        [
            new Row(Stage, "DuckDB COPY into the same folder, elapsed", "x faster", rounds.Gain(cost => cost.WallNanos), new Target(10, 20, LargerIsBetter: true)),
            new Row(Stage, "elapsed", "us/object", rounds.Ours(cost => cost.WallNanos / 1000)),
            new Row(Stage, "garbage", "B/object", rounds.Ours(cost => cost.AllocatedBytes)),
            new Row("  DuckDB COPY", "elapsed", "us/object", rounds.Theirs(cost => cost.WallNanos / 1000)),
        ];
    }

    private static void WriteObject(string path, Bar[] bars) => File.WriteAllBytes(path, BarObjectCodec.Write(bars, TradingDayBars.Origin));

    private static void CheckThatBothAgree(string theirs, Bar[] bars)
    {
        if (!BarObjectCodec.Read(theirs, File.ReadAllBytes(theirs)).Bars.SequenceEqual(bars))
            throw new InvalidOperationException("DuckDB reads or writes other rows.");
    }
}
