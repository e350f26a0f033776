using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary><c>producer replay --dry-run</c> as a process: how long until its first record, and how its memory grows with the rows.</summary>
internal static class HistoryProcess
{
    private const int Runs = 5;
    private const int RowsPerFile = 50_000;
    private const int Times = 4;
    private const double Megabyte = 1e6;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(MemoryFolder folder, int files)
    {
        (string small, string large) = (folder["small"], folder["large"]);
        HistoryFiles.Write(small, files, RowsPerFile);
        HistoryFiles.Write(large, files, RowsPerFile * Times);
        var first = new List<double>();
        for (int i = 0; i < Runs; i++) first.Add((await ReplayAsync(small, "--limit", "1")).Elapsed.TotalMilliseconds);
        var (few, many) = (new List<double>(), new List<double>());
        for (int i = 0; i < Runs; i++)
        {
            few.Add((await ReplayAsync(small)).PeakBytes / Megabyte);
            many.Add((await ReplayAsync(large)).PeakBytes / Megabyte);
        }

        string stage = $"producer replay --dry-run, {files} files";
        return
        [
            new Row(stage, "process from its start to its end after the first record", "ms", Spread.Of(first), new Target(300, 100)),
            new Row(stage, $"peak working set, {files * RowsPerFile} rows", "MB", Spread.Of(few)),
            new Row(stage, $"peak working set, {Times} times the rows", "MB", Spread.Of(many)),
            new Row(stage, "the same, over that of the fewer rows", "x", Spread.Of(many.Zip(few, (more, less) => more / less)), new Target(1.2)),
        ];
    }

    private static Task<ChildRun> ReplayAsync(string history, params string[] more)
        => ChildRun.RunAsync(ChildRun.StartOf("producer", ["replay", history, "--dry-run", "--speed", "max", .. more]));
}
