using System.CommandLine;
using System.Diagnostics;

namespace Streaming.Tests.Simulation;

/// <summary>The command line: one seed or many.</summary>
internal static class SimulationCommand
{
    private const int MostFailures = 10;

    private const string Description = """
        Runs the consumer, and the producer's publisher, in a simulated world on one thread in virtual time, and compares the lake with a
        batch oracle: after every put that no reader sees a row go back or a broken object, at the end every row, every late and
        quarantined record and the books. All is drawn from the seed:

          processes  killed or stopped at any step of a call or between two, started, drained; clocks that jump, gain or lose
          store      503 singly and in storms, of all or of one object; time-outs before, after and long before the work; 412 by others and self
          stream     splits and merges in storms, throttled, failing and slow shards, expired iterators, records delivered again,
                     answers without an iterator, without records, without arrival times,
                     retention that removes what was read, and what was not: then the workers must stop and say so until told to go on
          records    out of order, late, of equal time, poison, refused singly, put again by a producer's retry, without run and seq

        controls.sh runs it with one class replaced by a wrong one, for each of the rules.
        """;

    public static RootCommand Create()
    {
        var seed = new Option<int?>("--seed") { Description = "run this seed only" };
        var seeds = new Option<int>("--seeds") { Description = "run so many seeds", DefaultValueFactory = _ => 1000 };
        var from = new Option<int>("--from") { Description = "the first of them" };
        var first = new Option<bool>("--stop-at-first") { Description = "stop at the first seed that breaks a promise, not at the tenth" };
        var trace = new Option<bool>("--trace") { Description = "print everything that happens; with --seed" };
        var command = new RootCommand(Description)
        {
            seed, seeds, from, first, trace,
        };
        command.SetAction(parsed => parsed.GetValue(seed) is { } one
            ? RunOne(one, parsed.GetValue(trace))
            : RunMany(parsed.GetValue(from), parsed.GetValue(seeds), parsed.GetValue(first) ? 1 : MostFailures));
        return command;
    }

    private static int RunOne(int seed, bool trace)
    {
        SeedResult result = SeedRun.Run(seed, trace ? Console.Out : null);
        Console.WriteLine(result.Violation is null ? $"seed {seed}: every promise kept" : result.ToString());
        Console.WriteLine($"{result.Lines} lines of history, {result.History:x16}");
        return result.Violation is null ? 0 : 1;
    }

    private static int RunMany(int first, int count, int mostFailures)
    {
        long started = Stopwatch.GetTimestamp();
        var range = new SeedRange(first, count, mostFailures);
        range.Run(Console.WriteLine);
        Console.WriteLine($"{range.Done} seeds from {first}, {range.Failures.Count} failed, {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        return range.Failures.Count == 0 ? 0 : 1;
    }
}
