using Streaming.Consumer.Flushing;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.Benchmarks.Peers;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// A ticker's trading day by <see cref="BarObjectCodec"/> into a file, against DuckDB's COPY of a table that it holds in memory. As in a flush each
/// object has a path of its own, for which DuckDB plans anew, although the statement is prepared and the path its parameter; the last row is of one file over
/// and over, for which it plans once.
/// </summary>
internal sealed class ParquetStage : IStage
{
    private const int ObjectsPerRound = 200;
    private const int RoundsToOne = 5;
    private const string Format = "(FORMAT parquet, COMPRESSION snappy)";

    public string Name => "parquet";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        string stage = $"Parquet object of {TradingDayBars.Rows} rows, Snappy";
        if (DuckDbApi.Missing is { } reason) return [Row.Skipped(stage, reason)];
        using var folder = new MemoryFolder();
        string[] ours = [.. Enumerable.Range(0, ObjectsPerRound).Select(i => folder[$"ours-{i}.parquet"])];
        string[] theirs = [.. Enumerable.Range(0, ObjectsPerRound).Select(i => folder[$"theirs-{i}.parquet"])];
        Bar[] bars = TradingDayBars.Make();
        WriteObject(ours[0], bars);
        using var duck = new DuckDb();
        duck.Execute("SET threads = 1");
        duck.Execute($"CREATE TABLE bars AS FROM read_parquet('{ours[0]}')");
        using DuckStatement copy = duck.Prepare($"COPY bars TO $1 {Format}");
        using DuckStatement copyToOne = duck.Prepare($"COPY bars TO '{theirs[0]}' {Format}");
        copyToOne.Execute();
        CheckThatBothAgree(theirs[0], bars);

        Rounds rounds = await Rounds.RunAsync(
            new Side(ObjectsPerRound, () =>
            {
                foreach (string path in ours) WriteObject(path, bars);
            }),
            new Side(ObjectsPerRound, () =>
            {
                foreach (string path in theirs)
                {
                    copy.Bind(path);
                    copy.Execute();
                }
            }));
        Rounds one = await Rounds.RunAsync(
            new Side(ObjectsPerRound, () =>
            {
                for (int i = 0; i < ObjectsPerRound; i++) WriteObject(ours[0], bars);
            }),
            new Side(ObjectsPerRound, () =>
            {
                for (int i = 0; i < ObjectsPerRound; i++) copyToOne.Execute();
            }),
            RoundsToOne);
        CheckThatBothAgree(theirs[^1], bars);
        return
        [
            new Row(stage, "DuckDB COPY into the same folder, elapsed", "x faster", rounds.Gain(cost => cost.WallNanos), new Target(4, 8, LargerIsBetter: true)),
            new Row(stage, "elapsed", "us/object", rounds.Ours(cost => cost.WallNanos / 1000)),
            new Row(stage, "garbage", "B/object", rounds.Ours(cost => cost.AllocatedBytes)),
            new Row("  DuckDB COPY", "elapsed", "us/object", rounds.Theirs(cost => cost.WallNanos / 1000)),
            new Row("  the same file over and over", "DuckDB COPY, planned once, elapsed", "x faster", one.Gain(cost => cost.WallNanos)),
        ];
    }

    private static void WriteObject(string path, Bar[] bars) => File.WriteAllBytes(path, BarObjectCodec.Write(bars, TradingDayBars.Origin));

    private static void CheckThatBothAgree(string theirs, Bar[] bars)
    {
        if (!BarObjectCodec.Read(theirs, File.ReadAllBytes(theirs)).Bars.SequenceEqual(bars))
            throw new InvalidOperationException("DuckDB reads or writes other rows.");
    }
}
