using System.Diagnostics;
using System.Runtime;

namespace Streaming.Tests.Benchmarks.Measuring;

/// <summary>What one side of a round cost this process, per item.</summary>
/// <param name="WallNanos">Elapsed.</param>
/// <param name="CpuNanos">Processor time of all threads, in user and kernel; other load on the machine hardly enters it.</param>
/// <param name="TotalCpuNanos">The same with that of the other process that works for it.</param>
/// <param name="AllocatedBytes">Managed, of all threads.</param>
internal readonly record struct Cost(double WallNanos, double CpuNanos, double TotalCpuNanos, double AllocatedBytes);

/// <summary>
/// Runs two sides in turns, so that a machine that speeds up or slows down does so for both; who begins alternates too. A ratio is
/// one of the two sides of a single round, never of medians of different moments.
/// </summary>
internal sealed class Rounds(IReadOnlyList<(Cost Ours, Cost Theirs)> all)
{
    public const int Count = 7;

    private static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan MostWarmUp = TimeSpan.FromSeconds(6);

    public Spread Ours(Func<Cost, double> cost) => Spread.Of(all.Select(round => cost(round.Ours)));

    public Spread Theirs(Func<Cost, double> cost) => Spread.Of(all.Select(round => cost(round.Theirs)));

    /// <summary>Ours over theirs.</summary>
    public Spread Ratio(Func<Cost, double> cost) => Spread.Of(all.Select(round => cost(round.Ours) / cost(round.Theirs)));

    /// <summary>How many times less ours is.</summary>
    public Spread Gain(Func<Cost, double> cost) => Spread.Of(all.Select(round => cost(round.Theirs) / cost(round.Ours)));

    public static async Task<Rounds> RunAsync(Side ours, Side theirs, int count = Count)
    {
        await WarmUpAsync(ours, theirs);
        var rounds = new List<(Cost, Cost)>(count);
        for (int i = 0; i < count; i++)
        {
            Pace.Note();
            if (i % 2 == 0)
            {
                Cost first = await ours.MeasureAsync();
                rounds.Add((first, await theirs.MeasureAsync()));
            }
            else
            {
                Cost first = await theirs.MeasureAsync();
                rounds.Add((await ours.MeasureAsync(), first));
            }
        }

        return new Rounds(rounds);
    }

    // The compiler works in steps, on a thread of its own that waits for a quiet moment, and counts as our processor time.
    private static async Task WarmUpAsync(Side ours, Side theirs)
    {
        const int nextToNothing = 3;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < MostWarmUp)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            await ours.MeasureAsync();
            await theirs.MeasureAsync();
            if (Stopwatch.GetElapsedTime(start) > LeastWarmUp && JitInfo.GetCompiledMethodCount() - compiled <= nextToNothing) return;
        }
    }
}

/// <param name="Items">Records or events of one run, over which its cost is spread.</param>
/// <param name="CpuOfOthers">Processor time that another process has used for this side so far; null if none does.</param>
internal sealed record Side(long Items, Func<Task> Run, Func<Task<TimeSpan>>? CpuOfOthers = null)
{
    public Side(long items, Action run)
        : this(items, () =>
        {
            run();
            return Task.CompletedTask;
        })
    {
    }

    public async Task<Cost> MeasureAsync()
    {
        // One side must not pay for the garbage of the other.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TimeSpan others = await OthersAsync();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Run();
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        others = await OthersAsync() - others;
        return new Cost(
            wall.TotalNanoseconds / Items, cpu.TotalNanoseconds / Items, (cpu + others).TotalNanoseconds / Items, (double)allocated / Items);
    }

    private Task<TimeSpan> OthersAsync() => CpuOfOthers?.Invoke() ?? Task.FromResult(TimeSpan.Zero);
}
