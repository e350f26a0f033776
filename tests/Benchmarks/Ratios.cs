using System.Diagnostics;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.Benchmarks.Stages;

namespace Streaming.Tests.Benchmarks;

/// <summary>Owns the run: which stages, in what order, and the verdict. Does not own how a stage is measured.</summary>
internal static class Ratios
{
    private static readonly IStage[] Stages =
    [
        // First what waits for the disk: what other stages write to it, and delete from it, would still be on its way.
        new AppendStage(), new PutStage(), new UnwrapStage(), new DecodeStage(), new WindowStage(), new MemoryStage(),
        new ParquetStage(), new HistoryStage(), new RunStage(), new OpenDayStage(), new FlushStage(), new LiveStage(), new StartStage(),
    ];

    public static IEnumerable<string> StageNames => Stages.Select(stage => stage.Name);

    /// <returns>The exit code: 1 if a must failed, 2 if a name is no stage's.</returns>
    public static async Task<int> RunAsync(string[] names)
    {
        if (names.Except(StageNames).FirstOrDefault() is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no stage {unknown}; there are {string.Join(", ", StageNames)}.");
            return 2;
        }

        Console.WriteLine(Rig.Describe());
        long start = Stopwatch.GetTimestamp();
        var rows = new List<Row>();
        try
        {
            foreach (IStage stage in Stages.Where(stage => names.Length == 0 || names.Contains(stage.Name)))
            {
                await Console.Error.WriteLineAsync($"{stage.Name} ...");
                rows.AddRange(await stage.MeasureAsync());
            }
        }
        finally
        {
            // Also of the stages before one that broke: each took its time.
            Console.WriteLine();
            Console.Write(Table.Render(rows));
            Console.WriteLine();
            Console.WriteLine(FormattableString.Invariant($"Measured in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s. {Pace.Describe()} {Rig.DescribeLoad()}"));
        }

        string[] failed = [.. rows.Where(row => row.Verdict == Verdict.Fails).Select(row => row.Stage)];
        if (failed.Length == 0) return 0;
        await Console.Error.WriteLineAsync($"A must failed: {string.Join("; ", failed)}.");
        return 1;
    }
}
